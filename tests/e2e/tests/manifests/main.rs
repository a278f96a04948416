//! `manifests/`: each file is read by the program that it is for, or where that cannot be had, by its next of kin.

mod containerd;
mod kind;
mod kubernetes;
mod others;
mod switch;

use e2e::{project, tool};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The releases of Debian that programs are taken from; the first is this machine's own.
const RELEASES: [&str; 3] = ["", "trixie", "forky"];

/// A file of `manifests/`.
fn manifest(name: &str) -> PathBuf {
    project::folder().join("manifests").join(name)
}

/// What is in a file of `manifests/`.
#[track_caller]
fn text(name: &str) -> String {
    fs::read_to_string(manifest(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The folder of a release's programs.
///
/// # Panics
/// Where it has not been fetched; the message says how it can be.
#[track_caller]
fn programs(release: &str, package: &str) -> PathBuf {
    if release.is_empty() {
        tool(package);
        return "/usr/bin".into();
    }
    let folder = project::folder().join("target/debian").join(release).join("usr/bin");
    assert!(folder.join(package).exists(), "please fetch it: build/setup/debian.sh {release} {package}");
    folder
}

/// The archive of the image.
fn archive() -> &'static str {
    use std::sync::LazyLock;
    static ARCHIVE: LazyLock<String> =
        LazyLock::new(|| project::archive(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("manifests")));
    &ARCHIVE
}

/// Runs a command to its end: whether it succeeded, and all that it said.
#[track_caller]
fn said(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    let both = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&both).into_owned())
}

/// All files below a folder, by their names from there.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("it can be read").path()) {
        let name = entry.file_name().and_then(|name| name.to_str()).expect("a plain name").to_owned();
        if entry.is_dir() {
            found.extend(files(&entry).into_iter().map(|file| format!("{name}/{file}")));
        } else {
            found.insert(name);
        }
    }
    found
}

#[test]
fn no_file_is_left_out() {
    let tested = [containerd::FILES, kind::FILES, kubernetes::FILES, others::FILES, switch::FILES].concat();
    assert_eq!(files(&manifest("")), tested.into_iter().map(str::to_owned).collect());
}

#[test]
fn every_file_says_what_it_does_and_names_this_image() {
    let folder = project::folder().join("docs");
    // What commands wrote is no page.
    let is_page = |name: &String| name.ends_with(".md") && !name.starts_with("measured/");
    let pages = files(&folder).into_iter().filter(is_page).map(|name| (fs::read_to_string(folder.join(&name)), name));
    let manifests = files(&manifest("")).into_iter().map(|name| (fs::read_to_string(manifest(&name)), name));
    for (text, name) in manifests.chain(pages) {
        let text = text.expect("it is text");
        let first = text.lines().find(|line| !line.starts_with("#!")).unwrap_or_default();
        assert!(first.starts_with("# "), "{name} begins with {first:?}");
        // One version in all of them, that of the archive and of the image.
        let version = project::package().version().to_string();
        for named in ["localhost/pause:", "/pause-"].into_iter().flat_map(|at| text.split(at).skip(1)) {
            let is_version = named.starts_with(|first: char| first.is_ascii_digit());
            assert!(!is_version || named.starts_with(&version), "{name} is about another version: {}", &named[..20]);
        }
    }
}
