//! The documents beside the archives: a reader of SPDX that is not ours accepts each, and finds name, version and licence.

use crate::expected::{INIT, PAUSE, archive, images};
use e2e::project::{guarded, package};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Reads a document with spdx-tools, and converts it to lines of `Tag: value`.
fn read(document: &Path) -> Output {
    let reader = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/spdx/bin/pyspdxtools");
    let mut command = Command::new(&reader);
    command.arg("--infile").arg(document).args(["--outfile", "-"]);
    command.output().unwrap_or_else(|error| panic!("{}: {error}; make test-image installs it", reader.display()))
}

/// Returns the documents beside an archive.
fn documents(archive: &str) -> Vec<PathBuf> {
    let archive = Path::new(archive);
    let stem = archive.file_stem().and_then(|stem| stem.to_str()).expect("paths of this project are UTF-8");
    let entries = fs::read_dir(archive.parent().expect("a folder")).expect("the folder can be read");
    let names = entries.map(|entry| entry.expect("an entry").path());
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        name.strip_prefix(stem).is_some_and(|rest| rest.starts_with(".linux-") && rest.ends_with(".spdx.json"))
    };
    names.filter(is_ours).collect()
}

#[test]
fn a_reader_of_spdx_finds_name_version_and_licence() {
    let own = images().into_iter().map(|image| (image, image.archive()));
    for (image, archive) in own.chain([(PAUSE, guarded(archive()))]) {
        let program = image.program;
        let documents = documents(&archive);
        assert_eq!(documents.len(), image.platforms().len(), "one for each platform: {documents:?}");
        for document in documents {
            let output = read(&document);
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{}: {output:?}", document.display());
            for line in [
                format!("PackageName: {program}"),
                format!("PackageVersion: {}", package().version()),
                "PackageLicenseDeclared: Apache-2.0".into(),
                format!("PackageFileName: /{program}"),
            ] {
                assert!(text.lines().any(|found| found == line), "{}: no {line:?} in {text}", document.display());
            }
        }
    }
}

#[test]
fn control_the_reader_refuses_a_licence_that_does_not_exist() {
    let good = documents(&INIT.archive()).pop().expect("a document");
    let text = fs::read_to_string(good).expect("it can be read").replace("Apache-2.0", "Apache-of-mine");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let bad = folder.path().join("bad.spdx.json");
    fs::write(&bad, text).expect("it can be written");
    assert!(!read(&bad).status.success());
}
