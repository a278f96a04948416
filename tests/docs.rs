//! The documentation: links, commands and tests that it names exist, and its numbers are those that the bench wrote.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(project().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The names of the files in a folder of the project.
fn files(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(project().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    entries.map(|entry| entry.expect("it can be read").file_name().into_string().expect("a plain name")).collect()
}

/// All pages, each with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let folders = ["", "docs", "docs/measured"];
    let names = folders.iter().flat_map(|folder| files(folder).into_iter().map(|name| Path::new(folder).join(name)));
    let pages = names.filter(|name| name.extension().is_some_and(|extension| extension == "md"));
    pages.map(|page| (page.clone(), read(page.to_str().expect("a plain name")))).collect()
}

/// The lines of a page that are not in a block of code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    page.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// The anchors of a page's headings, as GitHub forms them.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = prose(page).filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| -> String {
        let text = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        text.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
    };
    headings.map(anchor).collect()
}

/// The targets of the links in a page, except addresses of other sites.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let targets = prose(page).flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://"))
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut count = 0;
    for (page, text) in pages() {
        for link in links(&text) {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = project().join(page.parent().expect("a folder")).join(target);
            let file = if target.is_empty() { project().join(&page) } else { file };
            assert!(file.exists(), "{} links to {link}", page.display());
            let found = || anchors(&fs::read_to_string(&file).expect("a page")).contains(anchor);
            assert!(anchor.is_empty() || found(), "{} links to {link}", page.display());
            count += 1;
        }
    }
    assert!(count > 100, "the control: only {count} links were found");
}

/// Asserts that `page` has a link to each of these.
fn assert_links(page: &str, targets: impl IntoIterator<Item = String>) {
    let text = read(page);
    for target in targets {
        assert!(links(&text).any(|link| link == target), "{page} does not link to {target}");
    }
}

#[test]
fn the_indexes_are_complete() {
    let is_page = |name: &String| name.ends_with(".md") && name != "README.md";
    let runtimes = read("docs/runtimes.md");
    let (of_runtimes, others): (Vec<_>, Vec<_>) =
        files("docs").into_iter().filter(is_page).partition(|name| links(&runtimes).any(|link| link == name));
    assert!(of_runtimes.len() > 7, "the control: {of_runtimes:?}");
    assert_links("docs/README.md", others);
    assert_links("docs/measured/README.md", files("docs/measured").into_iter().filter(|name| name != "README.md"));
    assert_links("docs/testing.md", files("tests").into_iter().map(|name| format!("../tests/{name}")));
}

#[test]
fn the_make_targets_exist() {
    let makefile = read("Makefile");
    let mut count = 0;
    for (page, text) in pages() {
        let commands = text.split("\n$ make ").skip(1).chain(text.split("`make ").skip(1));
        for target in commands.filter_map(|rest| rest.split([' ', '\n', '`']).next()) {
            assert!(makefile.contains(&format!("\n{target}:")), "{}: make {target}", page.display());
            count += 1;
        }
    }
    assert!(count > 30, "the control: only {count} commands were found");
}

#[test]
fn the_tests_that_the_readme_shows_exist() {
    let readme = read("README.md");
    let (_, output) = readme.split_once("     Running ").expect("it shows a run of tests");
    let (file, output) = output.split_once('\n').expect("lines");
    let source = read(file);
    let names: Vec<&str> =
        output.lines().map_while(|line| line.strip_prefix("test ")?.strip_suffix(" ... ok")).collect();
    assert!(!names.is_empty(), "the control");
    for name in names {
        assert!(source.contains(&format!("\nfn {name}()")), "{file} has no test {name}");
    }
}

#[test]
fn the_readme_fits_on_a_few_screens() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 150, "it has {lines} lines");
}

/// The cells of each line of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    Some(line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect())
}

/// Asserts that a table of measurements shows the results, and names each row where a peer is better.
fn assert_shows_results(table: &str, results: &str) {
    let page = read(table);
    let results: Value = serde_json::from_str(&read(results)).expect("it is JSON");
    assert_eq!(results["sample_counts"], "full");
    let peers: Vec<&str> =
        results["peers"].as_array().expect("a list").iter().filter_map(|p| p["name"].as_str()).collect();
    let mut lines = page.lines();
    assert_eq!(cells(lines.next().expect("a first line")).expect("the head of a table")[1..], peers);
    lines.next();

    for measure in results["measures"].as_array().expect("a list") {
        let name = measure["name"].as_str().expect("a name");
        let row = cells(lines.next().unwrap_or_default()).unwrap_or_else(|| panic!("{table} has no row of {name}"));
        assert!(row[0].starts_with(name), "{row:?} is not of {name}");
        let values = measure["values"].as_array().expect("a list");
        assert_eq!(row.len(), 1 + peers.len());
        for ((cell, value), peer) in row[1..].iter().zip(values).zip(&peers) {
            let shown = cell.replace(',', "").parse::<f64>().ok();
            assert_eq!(shown, value["median"].as_f64(), "{name}, {peer}");
            let (Some(value), Some(own)) = (shown, values[0]["median"].as_f64()) else { continue };
            if if measure["better"] == "lower" { value < own } else { value > own } {
                let is_floor = |line: &str| *peer == "floor" && line.starts_with("The floor, ") && line.contains(name);
                let better = format!("{peer} is better than {} at: {name} (", peers[0]);
                let is_named = page.contains(&better) || page.lines().any(is_floor);
                assert!(is_named, "{table} does not say that {peer} is better at {name}");
            }
        }
    }
    assert_eq!(lines.next(), Some(""), "the table has other rows");
}

#[test]
fn the_tables_show_the_results() {
    assert_shows_results("docs/measured/bench.md", "docs/measured/bench.json");
    assert_shows_results("docs/measured/bench-init.md", "docs/measured/bench-init.json");
}

#[test]
fn the_readme_quotes_rows_of_the_table_and_names_where_peers_are_better() {
    let table = read("docs/measured/bench.md");
    let readme = read("README.md");
    let (_, section) = readme.split_once("## How small\n").expect("a section");
    let (section, _) = section.split_once("\n## ").expect("a next section");
    let quoted: Vec<&str> = section.lines().filter(|line| line.starts_with('|')).collect();
    assert!(quoted.len() > 5, "the control: {quoted:?}");
    for line in quoted {
        assert!(table.lines().any(|row| row == line), "docs/measured/bench.md has no row {line}");
    }
    let section = section.replace('\n', " ");
    for line in table.lines() {
        let Some((_, rest)) = line.split_once(" is better than pause at: ") else { continue };
        let (measure, _) = rest.rsplit_once(" (").expect("numbers in brackets");
        assert!(section.contains(measure), "README.md does not say that a peer is better at {measure}");
    }
}

#[test]
fn the_sizes_are_those_of_all_platforms() {
    let table = read("build/platforms.toml");
    let platforms = table.lines().filter_map(|line| line.strip_prefix("platform = \"")?.strip_suffix('"'));
    let platforms: Vec<&str> = platforms.collect();
    let images =
        ["/pause", "/init"].map(|program| platforms.iter().map(move |name| format!("{name} {program}"))).into_iter();
    let sizes = read("docs/measured/image.txt");
    let words = sizes.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let written = words.take_while(|words| words[0].starts_with("linux/")).map(|words| words[..2].join(" "));
    assert_eq!(images.flatten().collect::<Vec<_>>(), written.collect::<Vec<_>>());

    let compilers = read("docs/measured/compilers.md");
    for line in sizes.lines().skip(1).take_while(|line| !line.starts_with("with ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (name, digest) = (name_of_image(&words), words.last().expect("a digest"));
        let is_same = |row: &str| row.starts_with(&format!("| {name} | ")) && row.ends_with(&format!(" | {digest} |"));
        assert!(compilers.lines().any(is_same), "docs/measured/compilers.md has no row of {name} with {digest}");
    }
}

/// Returns the name of an image, from the words of its line in the table of sizes.
fn name_of_image(words: &[&str]) -> String {
    words[..if words[1].starts_with('/') { 2 } else { 1 }].join(" ")
}
