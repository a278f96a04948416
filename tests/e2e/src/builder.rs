//! An image to compile in, made of this machine's own packages: no registry of images is needed.

use crate::docker::Docker;
use crate::tool;
use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// What a build of the binaries calls, as Debian's packages.
const PACKAGES: [&str; 14] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "lld",
    "libc6-dev", // the compiler's parts
    "apt",
    "bash",
    "coreutils",
    "dash",
    "dpkg",
    "findutils",
    "grep",
    "mawk",
    "sed", // the script's
];

/// What is in no package: the links that take `/bin` into `/usr`, those that scripts of packages make, and the list of
/// what is installed.
const LINKS: [&str; 10] = [
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/usr/lib64",
    "/usr/bin/cc",
    "/usr/bin/awk",
    "/usr/bin/sh",
    "/etc/alternatives",
    "/var/lib/dpkg/status",
];

/// What it is told about a build without a network: where the crates are that cargo has on this machine.
const ENVIRONMENT: &str = "ENV CARGO_HOME=/cargo CARGO_NET_OFFLINE=true PATH=/usr/bin:/usr/sbin";

/// Makes an image of this name.
///
/// # Panics
/// Where one of the packages is not installed.
#[track_caller]
pub fn import(docker: &Docker, name: &str) {
    let mut list = tempfile::NamedTempFile::new().expect("a file can be made");
    list.write_all(files().join("\n").as_bytes()).expect("it can be written");
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.unwrap_or_else(|| Path::new(&env::var_os("HOME").expect("there is a home")).join(".cargo"));
    let mut tar = tool("tar");
    tar.args(["--create", "--no-recursion", "--files-from"]).arg(list.path());
    tar.args(["--recursion", "--transform", "s,^registry,cargo/registry,", "--directory"]).arg(home);
    tar.args(["registry/index", "registry/cache"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut tar = tar.spawn().expect("it is installed");
    let archive = tar.stdout.take().expect("it is piped");
    let import = ["import", "--change", ENVIRONMENT, "-", name];
    docker.docker_with(&import, archive.into(), Duration::from_secs(300)).ok();
    assert!(tar.wait().is_ok_and(|status| status.success()), "the packages' files cannot all be read");
}

/// The files of the packages, and of those that they depend on.
#[track_caller]
fn files() -> Vec<String> {
    let installed = Command::new("dpkg").arg("--status").args(PACKAGES).output();
    assert!(
        installed.is_ok_and(|output| output.status.success()),
        "the image to compile in is made of Debian packages: apt-get install --no-install-recommends {}",
        PACKAGES.join(" ")
    );
    let only =
        ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"].map(|kind| format!("--no-{kind}"));
    let depends =
        lines(Command::new("apt-cache").args(["depends", "--installed", "--recurse"]).args(only).args(PACKAGES));
    // Indented are kinds of dependency, and in angle brackets packages that others stand in for.
    let packages = depends.into_iter().filter(|line| line.starts_with(|first: char| first.is_ascii_alphanumeric()));
    let mut files = lines(Command::new("dpkg").arg("--listfiles").args(packages));
    for file in &mut files {
        if ["/bin/", "/sbin/", "/lib/", "/lib64/"].iter().any(|folder| file.starts_with(folder)) {
            file.insert_str(0, "/usr");
        }
    }
    let is_of_use = |file: &String| {
        let is_manual = ["/usr/share/doc", "/usr/share/man", "/usr/share/locale"].iter().any(|at| file.starts_with(at));
        // Of the source of Rust, the library is of use, and the compiler and its tools are not.
        let part = file.strip_prefix("/usr/src/").and_then(|file| file.split('/').nth(1));
        !is_manual && part.is_none_or(|part| part == "library") && Path::new(file).symlink_metadata().is_ok()
    };
    files.retain(is_of_use);
    files.extend(LINKS.map(str::to_owned));
    let alternatives = std::fs::read_dir("/etc/alternatives").into_iter().flatten().flatten();
    files.extend(alternatives.filter_map(|entry| entry.path().into_os_string().into_string().ok()));
    files.sort();
    files.dedup();
    files
}

/// What a command says, though it may not like all that it is asked about: a package may be a virtual one.
#[track_caller]
fn lines(command: &mut Command) -> Vec<String> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
