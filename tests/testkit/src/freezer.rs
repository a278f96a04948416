//! A control group that can be frozen, under cgroup version 1 or 2.

use crate::cgroup::{self, Version};
use crate::cgroup_cleanup;
use crate::deadline::until;
use nix::unistd::Pid;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

/// A control group that can be frozen. When dropped, it is removed, and its processes are killed.
#[derive(Debug)]
pub struct Freezer {
    version: Version,
    folder: PathBuf,
}

/// A frozen group. When dropped, it is thawed.
#[derive(Debug)]
pub struct Frozen<'a>(&'a Freezer);

impl Freezer {
    /// Creates a group in every hierarchy that can freeze: version 1 has a controller for it, version 2 needs none.
    ///
    /// # Errors
    /// If this machine has no such hierarchy, or this user may not create groups.
    pub fn all() -> io::Result<Vec<Self>> {
        let name = cgroup_cleanup::name();
        let mut all = Vec::new();
        for mount in cgroup::mounts()? {
            let version = match &*mount.fs_type {
                "cgroup2" => Version::V2,
                "cgroup" if mount.super_options.contains_key("freezer") => Version::V1,
                _ => continue,
            };
            let group = Self { version, folder: cgroup_cleanup::claim(&mount.mount_point, &name) };
            fs::create_dir(&group.folder)?;
            all.push(group);
        }
        if all.is_empty() { Err(io::Error::other("no control group hierarchy can freeze")) } else { Ok(all) }
    }

    /// Returns the cgroup version of its hierarchy.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Moves a process into this group.
    pub fn add(&self, pid: Pid) -> io::Result<()> {
        fs::write(self.folder.join("cgroup.procs"), pid.to_string())
    }

    /// Freezes the group, and waits until all of its processes are frozen.
    #[track_caller]
    pub fn freeze(&self) -> io::Result<Frozen<'_>> {
        self.set(true)?;
        let frozen = Frozen(self);
        until("the group is frozen", || self.is_frozen());
        Ok(frozen)
    }

    /// Kills all of its processes at once.
    ///
    /// # Errors
    /// If this kernel cannot do that: version 1 never can, version 2 since Linux 5.14.
    pub fn kill(&self) -> io::Result<()> {
        // Not created if it is missing: it would be no file of a control group.
        File::options().write(true).open(self.folder.join("cgroup.kill"))?.write_all(b"1")
    }

    /// Returns whether all of its processes are frozen.
    pub fn is_frozen(&self) -> bool {
        let (file, line) = match self.version {
            Version::V1 => ("freezer.state", "FROZEN"),
            Version::V2 => ("cgroup.events", "frozen 1"),
        };
        fs::read_to_string(self.folder.join(file)).is_ok_and(|text| text.lines().any(|found| found == line))
    }

    fn set(&self, frozen: bool) -> io::Result<()> {
        let (file, text) = match self.version {
            Version::V1 => ("freezer.state", if frozen { "FROZEN" } else { "THAWED" }),
            Version::V2 => ("cgroup.freeze", if frozen { "1" } else { "0" }),
        };
        fs::write(self.folder.join(file), text)
    }
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        _ = self.0.set(false); // if this fails, the removal of the group thaws it
    }
}

impl Drop for Freezer {
    fn drop(&mut self) {
        cgroup_cleanup::remove(&self.folder);
    }
}
