//! A control group whose processes do not run for as long as it is frozen, under either version.

use crate::cgroup::Version;
use crate::cgroup_cleanup;
use crate::deadline::until;
use nix::unistd::Pid;
use procfs::process::Process;
use std::path::PathBuf;
use std::{fs, io};

/// A group that can be frozen.
#[derive(Debug)]
pub struct Freezer {
    version: Version,
    folder: PathBuf,
}

/// A frozen group. Dropped, it is thawed.
#[derive(Debug)]
pub struct Frozen<'a>(&'a Freezer);

impl Freezer {
    /// A group of its own in every hierarchy that can freeze: version 1 has a controller for it, version 2 needs none.
    ///
    /// # Errors
    /// Where this machine has none of them, or does not let this user make groups.
    pub fn all() -> io::Result<Vec<Self>> {
        let mounts = Process::myself().and_then(|me| me.mountinfo()).map_err(io::Error::other)?;
        let name = cgroup_cleanup::name();
        let mut all = Vec::new();
        for mount in &mounts {
            let version = match &*mount.fs_type {
                "cgroup2" => Version::V2,
                "cgroup" if mount.super_options.contains_key("freezer") => Version::V1,
                _ => continue,
            };
            let folder = cgroup_cleanup::claim(&mount.mount_point, &name);
            let group = Self { version, folder };
            fs::create_dir(&group.folder)?;
            all.push(group);
        }
        if all.is_empty() { Err(io::Error::other("no control group hierarchy can freeze")) } else { Ok(all) }
    }

    pub fn version(&self) -> Version {
        self.version
    }

    /// Moves a process into this group.
    pub fn add(&self, pid: Pid) -> io::Result<()> {
        fs::write(self.folder.join("cgroup.procs"), pid.to_string())
    }

    /// Freezes the group; returns when nobody in it runs any more.
    #[track_caller]
    pub fn freeze(&self) -> io::Result<Frozen<'_>> {
        self.set(true)?;
        let frozen = Frozen(self);
        until("the group is frozen", || self.is_frozen());
        Ok(frozen)
    }

    /// Whether nobody in it runs.
    pub fn is_frozen(&self) -> bool {
        let (file, line) = match self.version {
            Version::V1 => ("freezer.state", "FROZEN"),
            Version::V2 => ("cgroup.events", "frozen 1"),
        };
        fs::read_to_string(self.folder.join(file)).is_ok_and(|text| text.lines().any(|found| found == line))
    }

    fn set(&self, frozen: bool) -> io::Result<()> {
        let (file, text) = match (self.version, frozen) {
            (Version::V1, true) => ("freezer.state", "FROZEN"),
            (Version::V1, false) => ("freezer.state", "THAWED"),
            (Version::V2, true) => ("cgroup.freeze", "1"),
            (Version::V2, false) => ("cgroup.freeze", "0"),
        };
        fs::write(self.folder.join(file), text)
    }
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        _ = self.0.set(false);
    }
}

impl Drop for Freezer {
    fn drop(&mut self) {
        cgroup_cleanup::remove(&self.folder);
    }
}
