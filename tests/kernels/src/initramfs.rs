//! The first file system of a machine: the guest as `/init`, the tests, the programs, and a shell with its tools.

use crate::cpio::Archive;
use crate::platforms::Platform;
use crate::programs::Programs;
use crate::suite::Step;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the file with the steps is.
pub const SUITE: &str = "suite";
/// Where the test programs are.
pub const TESTS: &str = "tests";
/// Where the programs under test and their helpers are.
pub const PROGRAMS: &str = "programs";

/// The tools that the tests call, all of them busybox.
const TOOLS: [&str; 13] =
    ["cat", "cp", "echo", "env", "kill", "ls", "mkdir", "rm", "sleep", "stty", "true", "false", "unshare"];

/// Returns an archive for this platform with these programs, to run these steps, or
/// of their tests only those with the word `filter` in their names.
pub fn build(platform: &Platform, programs: &Programs, steps: &[Step], filter: Option<&str>) -> Result<Vec<u8>> {
    let mut archive = Archive::default();
    for folder in ["dev", "proc", "sys", "tmp", "usr", "usr/bin", "usr/lib", "usr/lib64", "root", TESTS, PROGRAMS] {
        archive.folder(folder);
    }
    for folder in ["bin", "sbin", "lib", "lib64"] {
        archive.link(folder, &format!("usr/{}", folder.replace("sbin", "bin")));
    }
    archive.device("dev/console", 5, 1);
    archive.device("dev/null", 1, 3);

    let root = platform.system_root();
    let mut copy = |from: &Path, path: &str| {
        archive
            .copy(from, path)
            .with_context(|| format!("{} cannot be read: run build/setup/kernels.sh", from.display()))
    };
    copy(&root.join("usr/bin/busybox"), "usr/bin/busybox")?;
    copy(&root.join("usr/bin/dash"), "usr/bin/dash")?;
    copy(&root.join("usr/bin/bash-static"), "usr/bin/bash")?;
    copy(&programs.guest, "init")?;
    for (folder, files) in [(TESTS, &programs.tests), (PROGRAMS, &programs.others)] {
        for (name, file) in files {
            copy(file, &format!("{folder}/{name}"))?;
        }
    }
    for tool in TOOLS {
        archive.link(&format!("usr/bin/{tool}"), "busybox");
    }
    archive.link("usr/bin/sh", "dash");
    for file in c_library(&root) {
        let path = file.strip_prefix(&root)?.to_str().context("paths of Debian are UTF-8")?;
        if let Some((folder, _)) = path.rsplit_once('/').filter(|(folder, _)| folder.contains("linux")) {
            archive.folder(folder);
        }
        archive.copy(&file, path)?;
    }
    archive.file(SUITE, steps.iter().map(|step| step.line(filter)).collect::<String>().as_bytes());
    Ok(archive.finish())
}

/// Returns the C library and its loader, which dash needs.
fn c_library(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root.join("usr/lib"), root.join("usr/lib64")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name == "libc.so.6" || name.starts_with("ld") && name.contains(".so.") {
                files.push(path);
            } else if name.contains("-linux-gnu") && path.is_dir() {
                folders.push(path);
            }
        }
    }
    files
}
