//! The file systems of a machine, and its control groups: version 2 alone.

use nix::mount::{MsFlags, mount};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;

/// Where control groups are.
pub const CGROUPS: &str = "/sys/fs/cgroup";

/// Mounts all of them.
pub fn mount_all() -> io::Result<()> {
    let none = MsFlags::empty();
    for (kind, place, options) in [
        ("proc", "/proc", ""),
        ("sysfs", "/sys", ""),
        ("devtmpfs", "/dev", ""),
        ("devpts", "/dev/pts", "ptmxmode=666,mode=620"),
        ("tmpfs", "/dev/shm", ""),
        ("tmpfs", "/tmp", ""),
        ("cgroup2", CGROUPS, ""),
    ] {
        fs::create_dir_all(place)?;
        let explain = |error| io::Error::other(format!("{place} cannot be mounted: {error}"));
        mount(Some(kind), place, Some(kind), none, Some(options)).map_err(explain)?;
    }
    for folder in ["/tmp", "/dev/shm"] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o1777))?;
    }
    fs::write(format!("{CGROUPS}/cgroup.subtree_control"), "+cpu +memory +pids")
}
