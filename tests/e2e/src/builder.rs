//! An image with a compiler, made of this machine's own packages: no registry is needed.

use crate::docker::Docker;
use crate::tool;
use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The packages of the programs that build the binaries.
#[rustfmt::skip]
const PACKAGES: [&str; 14] = [
    "rustc-web", "cargo-web", "rust-web-src", "lld", "libc6-dev", // the compiler
    "apt", "bash", "coreutils", "dash", "dpkg", "findutils", "grep", "mawk", "sed", // what the build script calls
];

/// What no package contains: links from `/bin` into `/usr`, links that packages' scripts make, the list of packages.
#[rustfmt::skip]
const LINKS: [&str; 10] = [
    "/bin", "/sbin", "/lib", "/lib64", "/usr/lib64",
    "/usr/bin/cc", "/usr/bin/awk", "/usr/bin/sh", "/etc/alternatives",
    "/var/lib/dpkg/status",
];

/// Lets cargo build without a network, with the crates of this machine.
const ENVIRONMENT: &str = "ENV CARGO_HOME=/cargo CARGO_NET_OFFLINE=true PATH=/usr/bin:/usr/sbin";

/// Makes an image of this name.
///
/// # Panics
/// If one of the packages is not installed.
#[track_caller]
pub fn import(docker: &Docker, name: &str) {
    let mut list = tempfile::NamedTempFile::new().expect("a file can be made");
    list.write_all(files().join("\n").as_bytes()).expect("a file can be written");
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.unwrap_or_else(|| Path::new(&env::var_os("HOME").expect("HOME is set")).join(".cargo"));
    let mut tar = tool("tar");
    tar.args(["--create", "--no-recursion", "--files-from"]).arg(list.path());
    tar.args(["--recursion", "--transform", "s,^registry,cargo/registry,", "--directory"]).arg(home);
    tar.args(["registry/index", "registry/cache"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut tar = tar.spawn().expect("tar can be started");
    let archive = tar.stdout.take().expect("a pipe");
    let import = ["import", "--change", ENVIRONMENT, "-", name];
    docker.docker_with(&import, archive.into(), Duration::from_secs(300)).ok();
    assert!(tar.wait().is_ok_and(|status| status.success()), "tar reads all files of the packages");
}

/// The files of the packages and of their dependencies.
#[track_caller]
fn files() -> Vec<String> {
    let installed = Command::new("dpkg").arg("--status").args(PACKAGES).output();
    assert!(
        installed.is_ok_and(|output| output.status.success()),
        "the image is made of Debian packages: apt-get install --no-install-recommends {}",
        PACKAGES.join(" ")
    );
    let only =
        ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"].map(|kind| format!("--no-{kind}"));
    let depends =
        lines(Command::new("apt-cache").args(["depends", "--installed", "--recurse"]).args(only).args(PACKAGES));
    // Indented lines are kinds of dependency; angle brackets mark virtual packages.
    let packages = depends.into_iter().filter(|line| line.starts_with(|first: char| first.is_ascii_alphanumeric()));
    let mut files = lines(Command::new("dpkg").arg("--listfiles").args(packages));
    for file in &mut files {
        if ["/bin/", "/sbin/", "/lib/", "/lib64/"].iter().any(|folder| file.starts_with(folder)) {
            file.insert_str(0, "/usr");
        }
    }
    let is_needed = |file: &String| {
        let is_manual = ["/usr/share/doc", "/usr/share/man", "/usr/share/locale"].iter().any(|at| file.starts_with(at));
        // Only the library of Rust's source is needed, not the compiler and its tools.
        let part = file.strip_prefix("/usr/src/").and_then(|file| file.split('/').nth(1));
        !is_manual && part.is_none_or(|part| part == "library") && Path::new(file).symlink_metadata().is_ok()
    };
    files.retain(is_needed);
    files.extend(LINKS.map(str::to_owned));
    let alternatives = std::fs::read_dir("/etc/alternatives").into_iter().flatten().flatten();
    files.extend(alternatives.filter_map(|entry| entry.path().into_os_string().into_string().ok()));
    files.sort();
    files.dedup();
    files
}

/// The lines that a command prints. It may fail for a virtual package.
#[track_caller]
fn lines(command: &mut Command) -> Vec<String> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
