//! What the README says is what a command wrote.

use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a file of the project")
}

#[test]
fn its_sizes_and_digests_are_those_that_were_written_down() {
    let written = read("docs/image.txt");
    assert!(written.lines().count() > 2);
    assert!(read("README.md").contains(&format!("```text\n{written}```\n")), "README.md and docs/image.txt differ");
}

#[test]
fn its_platforms_are_those_of_the_table() {
    let sizes = read("docs/image.txt");
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
