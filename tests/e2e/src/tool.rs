//! The programs of other people, and which package has them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs in use, each with the Debian package that has it.
const TOOLS: [(&str, &str); 13] = [
    ("containerd", "containerd"),
    ("ctr", "containerd"),
    ("docker", "docker.io"),
    ("dockerd", "docker.io"),
    ("mount", "mount"),
    ("newuidmap", "uidmap"),
    ("podman", "podman"),
    ("runc", "runc"),
    ("setpriv", "util-linux"),
    ("sha256sum", "coreutils"),
    ("skopeo", "skopeo"),
    ("tar", "tar"),
    ("unshare", "util-linux"),
];

/// One of those programs.
///
/// # Panics
/// Where it is not installed; the message says how it can be.
#[track_caller]
pub fn tool(name: &str) -> Command {
    Command::new(path(name))
}

/// Where a program is: the distribution's own first, as its client and its server agree with each other.
#[track_caller]
fn path(name: &str) -> PathBuf {
    let (_, package) = TOOLS.iter().find(|(tool, _)| *tool == name).expect("one of the programs above");
    let search = env::var_os("PATH").unwrap_or_default();
    let folders = ["/usr/bin", "/usr/sbin"].map(PathBuf::from).into_iter().chain(env::split_paths(&search));
    let found = folders.map(|folder| folder.join(name)).find(|path| Path::is_file(path));
    found.unwrap_or_else(|| panic!("{name} is not installed: apt-get install --no-install-recommends {package}"))
}
