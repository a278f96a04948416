//! Each file in `manifests/` is read by its program, or by a parser of the same format if Debian does not have the
//! program.

mod bad_input;
mod check;
mod comes_back;
mod containerd;
mod drop_in;
mod heal;
mod init_nri;
mod interrupted;
mod kind;
mod kubernetes;
mod missing;
mod node;
mod oci_init;
mod oci_init_install;
mod others;
mod switch;
mod systemd;
mod systems;

use e2e::tool::path_in_release;
use e2e::{project, tool};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The releases of Debian that have the programs. The first is this machine's own.
const RELEASES: [&str; 3] = ["", "trixie", "forky"];

/// The path of a file in `manifests/`.
fn manifest(name: &str) -> PathBuf {
    project::folder().join("manifests").join(name)
}

/// Reads a file in `manifests/`.
#[track_caller]
fn text(name: &str) -> String {
    fs::read_to_string(manifest(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The folder of a release's programs.
///
/// # Panics
/// If the package is missing. The message says how to get it.
#[track_caller]
fn programs(release: &str, package: &str) -> PathBuf {
    if release.is_empty() {
        tool(package);
        return "/usr/bin".into();
    }
    path_in_release(release, package).parent().expect("a folder").to_owned()
}

/// The path of the archive of the image.
fn archive() -> &'static str {
    project::archive(concat!(env!("CARGO_TARGET_TMPDIR"), "/manifests"))
}

/// Runs a command. Returns whether it succeeded, and its standard output and error.
#[track_caller]
fn run(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    let both = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&both).into_owned())
}

/// The relative paths of all files in a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8").to_owned();
        if entry.is_dir() {
            found.extend(files(&entry).into_iter().map(|file| format!("{name}/{file}")));
        } else {
            found.insert(name);
        }
    }
    found
}

#[test]
fn every_file_is_tested() {
    let tested = [
        containerd::FILES,
        heal::FILES,
        init_nri::FILES,
        kind::FILES,
        kubernetes::FILES,
        oci_init::FILES,
        oci_init_install::FILES,
        others::FILES,
        switch::FILES,
        systems::FILES,
    ]
    .concat();
    assert_eq!(files(&manifest("")), tested.iter().map(|&file| file.to_owned()).collect());
}

#[test]
fn every_script_is_executable() {
    for script in files(&manifest("")).iter().filter(|file| file.ends_with(".sh")) {
        let mode = fs::metadata(manifest(script)).expect("the script exists").permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script}");
    }
}

#[test]
fn every_file_and_page_begins_with_a_title_and_names_this_version() {
    let folder = project::folder().join("docs");
    // The files in docs/measured are generated.
    let is_page = |name: &String| name.ends_with(".md") && !name.starts_with("measured/");
    let pages = files(&folder).into_iter().filter(is_page).map(|name| (fs::read_to_string(folder.join(&name)), name));
    let has_comments = |name: &String| !name.ends_with(".json");
    let manifests =
        files(&manifest("")).into_iter().filter(has_comments).map(|name| (fs::read_to_string(manifest(&name)), name));
    for (text, name) in manifests.chain(pages) {
        let text = text.expect("UTF-8");
        let first = text.lines().find(|line| !line.starts_with("#!")).unwrap_or_default();
        assert!(first.starts_with("# "), "{name} begins with {first:?}");
        // The version in the names of the image and its archive.
        let version = project::package().version().to_string();
        for named in ["pause.localhost/pause:", "example.com/pause:", "/pause-"]
            .into_iter()
            .flat_map(|at| text.split(at).skip(1))
        {
            let is_version = named.starts_with(|first: char| first.is_ascii_digit());
            assert!(!is_version || named.starts_with(&version), "{name} names another version: {}", &named[..20]);
        }
    }
}
