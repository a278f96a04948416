//! Damaged input, and folders that cannot be written to: one line of error each, and no partial output.

use crate::project::{Project, assert_error, assert_no_temporary_files, binary, executable};
use nix::mount::{MsFlags, mount};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use testkit::Pod;
use testkit::programs::pause;

/// `image` fails with a message that has these parts, and `dist` is unchanged.
#[track_caller]
fn assert_fails(project: &Project, parts: &[&str]) {
    let before = project.outputs();
    let output = project.image().output().expect("it was built");
    assert_error(&output, parts);
    assert_eq!(project.outputs(), before);
}

#[test]
fn a_binary_that_cannot_be_shipped_is_refused() {
    let whole = executable(2, 1, 183);
    let mut object = whole.clone();
    object[16] = 1; // a relocatable file
    let mut cut_off = whole.clone();
    cut_off[32] = 64; // the program headers begin behind the end,
    cut_off[54] = 56; // each has this size,
    cut_off[56] = 1; // and there is one
    for (bytes, fault) in [
        (&b""[..], "is not a whole ELF file"),
        (b"#!/bin/sh\nexec sleep infinity\n", "is not a whole ELF file"),
        (&whole[..40], "is not a whole ELF file"),
        (&cut_off, "is not a whole ELF file"),
        (&object, "is not an executable"),
        (&executable(2, 1, 62), "is for another machine than linux/arm64: X86_64, 64 bits, little-endian"),
        (&executable(1, 1, 183), "is for another machine than linux/arm64: AARCH64, 32 bits, little-endian"),
        (&executable(2, 2, 183), "is for another machine than linux/arm64: AARCH64, 64 bits, big-endian"),
    ] {
        let project = Project::new();
        project.write(&binary("linux/arm64"), bytes);
        let path = project.path(&binary("linux/arm64"));
        assert_fails(&project, &[path.to_str().unwrap(), fault, "; build it: build/binaries.sh linux/arm64"]);
    }
}

#[test]
fn a_missing_binary_is_reported_with_the_command_that_builds_it() {
    let project = Project::new();
    fs::remove_file(project.path(&binary("linux/arm/v7"))).unwrap();
    assert_fails(&project, &["No such file", "; build it: build/binaries.sh linux/arm/v7"]);

    let project = Project::new();
    fs::remove_file(project.path(&binary("linux/386"))).unwrap();
    fs::create_dir(project.path(&binary("linux/386"))).unwrap();
    assert_fails(&project, &["Is a directory", "; build it: build/binaries.sh linux/386"]);
}

#[test]
fn an_invalid_table_of_platforms_is_refused() {
    let row = |name: &str| format!("[[platform]]\nplatform = \"{name}\"\n");
    let nonsense = ["linux/vax", "windows/amd64", "linux", "", "linux/amd64/", "linux/arm/v7/x", "amd64", "linux//v7"];
    for name in nonsense {
        let project = Project::new();
        project.write("build/platforms.toml", row("linux/amd64") + &row(name));
        assert_fails(&project, &["build/platforms.toml", &format!("{name:?} is no platform; name it as Go does")]);
    }
    for (table, fault) in [
        (row("linux/amd64") + &row("linux/amd64"), "linux/amd64 is there twice; take one of them out"),
        ("platform = []".into(), "it has no platform; it needs a [[platform]]"),
        (String::new(), "missing field `platform`; it needs a [[platform]]"),
        ("[[platform]]\n".into(), "missing field `platform`; it needs a [[platform]]"),
        ("[[platform".into(), "; it needs a [[platform]]"),
    ] {
        let project = Project::new();
        project.write("build/platforms.toml", table);
        assert_fails(&project, &["build/platforms.toml", fault]);
    }
}

#[test]
fn a_folder_without_a_project_is_refused() {
    for (file, next) in [
        ("Cargo.toml", "; run this in the project's folder, or name the folder with --project"),
        ("Cargo.lock", "; recreate it: cargo generate-lockfile"),
        ("build/platforms.toml", "; it needs a [[platform]]"),
    ] {
        let project = Project::new();
        fs::remove_file(project.path(file)).unwrap();
        assert_fails(&project, &[file, "No such file", next]);
    }
    for (file, text, fault) in [
        ("Cargo.toml", "[workspace]\n", "it describes no package"),
        ("Cargo.toml", "[package]\nname = \"pause\"\nversion = \"1.0.0\"\n", "it has no description"),
        (
            "Cargo.toml",
            "[package]\nname = \"pause\"\nversion = \"1.0.0\"\ndescription = \"x\"\n",
            "it has no metadata.init.description",
        ),
        ("Cargo.lock", "package = []\n", "it has no package libc"),
    ] {
        let project = Project::new();
        project.write(file, text);
        assert_fails(&project, &[file, fault]);
    }
}

#[test]
fn an_invalid_command_line_is_refused() {
    let project = Project::new();
    for (arguments, parts) in [
        (&["--refrence", "x"][..], &["--refrence", "see --help"][..]),
        (&["x"], &["x", "see --help"]),
        (&["--reference"], &["--reference"]),
        (&["--reference", ""], &["give it as registry/name:tag"]),
        (&["--reference", "A/B"], &["\"A/B\"", "give it as registry/name:tag"]),
        (&["--reference", "a b"], &["\"a b\"", "give it as registry/name:tag"]),
        (&["--reference", &format!("a@sha256:{}", "0".repeat(64))], &["digest", "give it as registry/name:tag"]),
    ] {
        assert_error(&project.image().args(arguments).output().unwrap(), parts);
    }
    for epoch in ["yesterday", "-1", "", "1.5", "253402300800", "99999999999999999999"] {
        let output = project.image().env("SOURCE_DATE_EPOCH", epoch).output().unwrap();
        assert_error(&output, &[&format!("{epoch:?}"), "set it to a number of seconds since 1970, or unset it"]);
    }
    assert_eq!(project.outputs(), []);
}

#[test]
fn a_folder_with_the_name_of_the_archive_is_reported() {
    let project = Project::new();
    fs::create_dir_all(project.path("dist/pause-1.2.3.tar/x")).unwrap();
    let output = project.image().output().unwrap();
    assert_error(&output, &["dist/pause-1.2.3.tar cannot be written", "directory", "; make room or way for it"]);
    assert_no_temporary_files(&project.path("dist"));
    assert!(!project.path("dist/SHA256SUMS").exists(), "no checksums without the files");
}

/// Runs `image` with `dist` on a tmpfs of this size that has an older archive. Returns its output and the files.
fn in_memory(project: &Project, size: &str, flags: MsFlags) -> (Output, Vec<(PathBuf, Vec<u8>)>) {
    let dist = project.path("dist");
    fs::rename(project.path("dist/binaries"), project.path("binaries")).unwrap();
    let (folder, options) = (dist.clone(), format!("size={size},nr_inodes=128"));
    let mut pod = Pod::start_after(pause(), move || {
        mount(Some("tmpfs"), &folder, Some("tmpfs"), MsFlags::empty(), Some(options.as_str()))?;
        Ok(())
    });
    pod.init().until_it_waits();
    let inside = PathBuf::from(format!("/proc/{}/root{}", pod.pid(), dist.display()));
    symlink("../binaries", inside.join("binaries")).unwrap();
    fs::write(inside.join("pause-1.2.3.tar"), "the old one").unwrap();

    let mut image = project.image();
    image.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = pod
        .join_after(image, move || {
            let nothing = None::<&str>;
            Ok(mount(nothing, &dist, nothing, MsFlags::MS_REMOUNT | flags, nothing)?)
        })
        .wait();
    assert_no_temporary_files(&inside);
    let entries = fs::read_dir(&inside).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut files: Vec<_> = entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    files.sort();
    (output, files)
}

#[test]
fn a_full_disk_keeps_the_old_archive() {
    // Room for the SBOMs, of a page each, and for half of the archive.
    let (output, files) = in_memory(&Project::new(), "96k", MsFlags::empty());
    assert_error(&output, &["dist/pause-1.2.3.tar cannot be written: No space left on device", "; make room"]);
    let archive = files.iter().find(|(path, _)| path.ends_with("pause-1.2.3.tar")).unwrap();
    assert_eq!(archive.1, b"the old one");

    // The control: with enough room, the new archive replaces it.
    let (output, files) = in_memory(&Project::new(), "1m", MsFlags::empty());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let archive = files.iter().find(|(path, _)| path.ends_with("pause-1.2.3.tar")).unwrap();
    assert!(archive.1.len() > 10_000);
}

#[test]
fn a_read_only_folder_is_reported() {
    let (output, _) = in_memory(&Project::new(), "1m", MsFlags::MS_RDONLY);
    assert_error(&output, &["cannot be written: Read-only file system", "; make room or way for it"]);
}

#[test]
fn a_standard_output_that_cannot_be_written_is_an_error() {
    let full = fs::File::options().write(true).open("/dev/full").expect("/dev/full");
    let project = Project::new();
    let output = project.image().stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_error(&output, &["the standard output cannot be written: No space left on device"]);
    assert!(project.path("dist/pause-1.2.3.tar").exists());
}
