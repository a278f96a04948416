//! What the README says is what a command wrote.

use serde_json::Value;
use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a file of the project")
}

#[test]
fn its_sizes_and_digests_are_those_that_were_written_down() {
    let written = read("docs/measured/image.txt");
    assert!(written.lines().count() > 2);
    assert!(
        read("README.md").contains(&format!("```text\n{written}```\n")),
        "README.md and docs/measured/image.txt differ"
    );
}

#[test]
fn its_tables_of_measurements_are_those_that_were_written_down() {
    for name in ["docs/measured/bench.md", "docs/measured/bench-init.md"] {
        let written = read(name);
        assert!(read("README.md").contains(&format!("\n\n{written}\n")), "README.md and {name} differ");
    }
}

/// The cells of each line of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    Some(line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect())
}

#[test]
fn its_measurements_are_those_of_the_results() {
    let results: Value = serde_json::from_str(&read("docs/measured/bench.json")).expect("it is JSON");
    assert_eq!(results["effort"], "full");
    let readme = read("README.md");
    let names = |list: &Value| -> Vec<String> {
        list.as_array().expect("a list").iter().map(|entry| entry["name"].as_str().expect("a name").into()).collect()
    };
    let peers = names(&results["peers"]);
    let mut lines = readme.lines().skip_while(|line| !line.ends_with(&format!("| {} |", peers.join(" | "))));
    assert_eq!(cells(lines.next().expect("a table of all peers")).expect("its head")[1..], peers);
    lines.next();

    let measures = results["measures"].as_array().expect("a list");
    let is_better =
        |measure: &Value, value: f64, own: f64| if measure["better"] == "lower" { value < own } else { value > own };
    for measure in measures {
        let row = cells(lines.next().unwrap_or_default()).unwrap_or_else(|| panic!("a row for {measure}"));
        let name = measure["name"].as_str().expect("a name");
        assert!(row[0].starts_with(name), "{row:?} is to be about {name}");
        let values = measure["values"].as_array().expect("a list");
        assert_eq!(row.len(), 1 + peers.len());
        for ((cell, value), peer) in row[1..].iter().zip(values).zip(&peers) {
            let shown = cell.replace(',', "").parse::<f64>().ok();
            assert_eq!(shown, value["median"].as_f64(), "{name}, {peer}");
            // Who is better than ours is said to be.
            if let (Some(value), Some(own)) = (shown, values[0]["median"].as_f64())
                && is_better(measure, value, own)
            {
                let of_peer = format!("{peer} is better than pause at: {name} (");
                let is_said = readme.contains(&of_peer)
                    || (peer == "floor"
                        && readme.lines().any(|line| line.starts_with("The floor, ") && line.contains(name)));
                assert!(is_said, "{peer} is better at {name}");
            }
        }
    }
    assert_eq!(lines.next(), Some(""), "the table has no other rows");
}

#[test]
fn its_platforms_are_those_of_the_table() {
    let sizes = read("docs/measured/image.txt");
    let table = read("build/platforms.toml");
    let platforms: Vec<&str> =
        table.lines().filter_map(|line| line.strip_prefix("platform = \"")?.strip_suffix('"')).collect();
    let written: Vec<&str> = sizes.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(platforms, &written[1..=platforms.len()]);
}

#[test]
fn its_make_targets_exist() {
    let makefile = read("Makefile");
    for line in read("README.md").lines().filter_map(|line| line.strip_prefix("$ make ")) {
        let target = line.split(' ').next().expect("a word");
        assert!(makefile.contains(&format!("\n{target}:")), "make {target}");
    }
}
