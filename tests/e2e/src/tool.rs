//! The programs that the tests need, and the Debian packages that have them.

use crate::project;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each program and its package.
const TOOLS: [(&str, &str); 14] = [
    ("containerd", "containerd"),
    ("crun", "crun"),
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

/// Builds the command for one of those programs.
///
/// # Panics
/// If it is not installed. The message says how to install it.
#[track_caller]
pub fn tool(name: &str) -> Command {
    Command::new(path(name))
}

/// Finds a program, first among the distribution's own: its client and its server have the same version.
#[track_caller]
fn path(name: &str) -> PathBuf {
    let (_, package) = TOOLS.iter().find(|(tool, _)| *tool == name).expect("one of the programs above");
    let search = env::var_os("PATH").unwrap_or_default();
    let folders = ["/usr/bin", "/usr/sbin"].map(PathBuf::from).into_iter().chain(env::split_paths(&search));
    let found = folders.map(|folder| folder.join(name)).find(|path| Path::is_file(path));
    found.unwrap_or_else(|| panic!("{name} is not installed: apt-get install --no-install-recommends {package}"))
}

/// Finds a program of a release of Debian that `build/setup/debian.sh` has unpacked.
///
/// # Panics
/// If it is missing. The message says how to get it.
#[track_caller]
pub fn path_in_release(release: &str, name: &str) -> PathBuf {
    let path = project::folder().join("target/debian").join(release).join("usr/bin").join(name);
    let package = TOOLS.iter().find(|(tool, _)| *tool == name).map_or(name, |(_, package)| package);
    assert!(path.is_file(), "{name} of Debian {release} is missing: run build/setup/debian.sh {release} {package}");
    path
}
