//! Control groups of a test's own, under version 2 or version 1, whichever has the controllers.

use crate::cgroup_cleanup;
use nix::unistd::Pid;
use procfs::process::Process;
use std::path::PathBuf;
use std::{fs, io};

/// The controllers in use.
const CONTROLLERS: [&str; 3] = ["cpu", "memory", "pids"];

/// A group with the controllers `cpu`, `memory` and `pids`.
#[derive(Debug)]
pub struct Cgroup {
    version: Version,
    /// Its folder; under version 1, one for each of [`CONTROLLERS`].
    folders: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    V1,
    V2,
}

impl Cgroup {
    /// Makes a group of its own.
    ///
    /// # Errors
    /// Where this machine has not all of the controllers, or does not let this user make groups.
    pub fn new() -> io::Result<Self> {
        let (version, roots) = hierarchies()?;
        let name = cgroup_cleanup::name();
        Self::make(version, roots.iter().map(|root| cgroup_cleanup::claim(root, &name)).collect())
    }

    /// Makes a group within this one.
    pub fn child(&self, name: &str) -> io::Result<Self> {
        if self.version == Version::V2 {
            fs::write(self.folders[0].join("cgroup.subtree_control"), "+cpu +memory +pids")?;
        }
        Self::make(self.version, self.folders.iter().map(|folder| folder.join(name)).collect())
    }

    fn make(version: Version, folders: Vec<PathBuf>) -> io::Result<Self> {
        let group = Self { version, folders };
        group.folders.iter().try_for_each(fs::create_dir)?;
        // Present where the controller was delegated to here.
        fs::metadata(group.file("cpu", "cpu.shares", "cpu.weight"))?;
        fs::metadata(group.file("memory", "memory.limit_in_bytes", "memory.max"))?;
        fs::metadata(group.file("pids", "pids.max", "pids.max"))?;
        Ok(group)
    }

    pub fn version(&self) -> Version {
        self.version
    }

    /// Moves a process into this group.
    pub fn add(&self, pid: Pid) -> io::Result<()> {
        self.folders.iter().try_for_each(|folder| fs::write(folder.join("cgroup.procs"), pid.to_string()))
    }

    /// The files to which a process writes `0` to move itself into this group.
    pub fn entrances(&self) -> Vec<PathBuf> {
        self.folders.iter().map(|folder| folder.join("cgroup.procs")).collect()
    }

    /// The smallest share of the CPU there is: what runtimes give a sandbox.
    pub fn minimal_cpu(&self) -> io::Result<()> {
        match self.version {
            Version::V1 => fs::write(self.file("cpu", "cpu.shares", ""), "2"),
            Version::V2 => fs::write(self.file("cpu", "", "cpu.weight"), "1"),
        }
    }

    /// At most so many processes.
    pub fn limit_pids(&self, limit: u32) -> io::Result<()> {
        fs::write(self.file("pids", "pids.max", "pids.max"), limit.to_string())
    }

    /// At most so much memory, in bytes.
    pub fn limit_memory(&self, limit: u64) -> io::Result<()> {
        fs::write(self.file("memory", "memory.limit_in_bytes", "memory.max"), limit.to_string())
    }

    /// The memory in use by everybody in it, in bytes: pages, and what the kernel keeps for them.
    pub fn memory(&self) -> io::Result<u64> {
        let text = fs::read_to_string(self.file("memory", "memory.usage_in_bytes", "memory.current"))?;
        text.trim().parse().map_err(io::Error::other)
    }

    /// How many processes in it were killed because it had no memory left.
    pub fn out_of_memory_kills(&self) -> io::Result<u64> {
        let text = fs::read_to_string(self.file("memory", "memory.oom_control", "memory.events"))?;
        let count = text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.parse().ok());
        count.ok_or_else(|| io::Error::other("the kernel does not count them"))
    }

    fn file(&self, controller: &str, v1: &str, v2: &str) -> PathBuf {
        let at = CONTROLLERS.iter().position(|name| *name == controller).expect("one of the controllers");
        match self.version {
            Version::V1 => self.folders[at].join(v1),
            Version::V2 => self.folders[0].join(v2),
        }
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        self.folders.iter().for_each(|folder| cgroup_cleanup::remove(folder));
    }
}

/// Where groups with all of the controllers can be made: one folder under version 2, one for each under version 1.
fn hierarchies() -> io::Result<(Version, Vec<PathBuf>)> {
    let mounts = Process::myself().and_then(|me| me.mountinfo()).map_err(io::Error::other)?;
    let unified = mounts.iter().find(|mount| mount.fs_type == "cgroup2").map(|mount| mount.mount_point.clone());
    if let Some(root) = unified {
        let has = fs::read_to_string(root.join("cgroup.controllers"))?;
        if CONTROLLERS.iter().all(|name| has.split_whitespace().any(|controller| controller == *name)) {
            return Ok((Version::V2, vec![root]));
        }
    }
    let of = |name: &str| {
        let has =
            |mount: &&procfs::process::MountInfo| mount.fs_type == "cgroup" && mount.super_options.contains_key(name);
        let missing = || io::Error::other(format!("no control group hierarchy has the controller {name}"));
        mounts.iter().find(has).map(|mount| mount.mount_point.clone()).ok_or_else(missing)
    };
    Ok((Version::V1, CONTROLLERS.into_iter().map(of).collect::<io::Result<_>>()?))
}
