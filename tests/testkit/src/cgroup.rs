//! A control group for a test, under cgroup version 2 or 1, whichever has the controllers.

use crate::cgroup_cleanup;
use nix::unistd::Pid;
use procfs::process::{MountInfo, Process};
use std::io::Write;
use std::path::PathBuf;
use std::{fs, io};

/// The controllers of each group.
const CONTROLLERS: [&str; 3] = ["cpu", "memory", "pids"];

/// A group with the controllers `cpu`, `memory` and `pids`. When dropped, it is removed, and its processes are killed.
#[derive(Debug)]
pub struct Cgroup {
    version: Version,
    /// One folder under version 2, one for each of [`CONTROLLERS`] under version 1.
    folders: Vec<PathBuf>,
}

/// A version of the kernel's control groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// One hierarchy for each controller.
    V1,
    /// One hierarchy for all controllers.
    V2,
}

impl Cgroup {
    /// Creates a group.
    ///
    /// # Errors
    /// If this machine lacks one of the controllers, or this user may not create groups.
    pub fn new() -> io::Result<Self> {
        let (version, roots) = hierarchies()?;
        let name = cgroup_cleanup::name();
        Self::make(version, roots.iter().map(|root| cgroup_cleanup::claim(root, &name)).collect())
    }

    /// Creates a group within this one.
    pub fn child(&self, name: &str) -> io::Result<Self> {
        if self.version == Version::V2 {
            fs::write(self.folders[0].join("cgroup.subtree_control"), "+cpu +memory +pids")?;
        }
        Self::make(self.version, self.folders.iter().map(|folder| folder.join(name)).collect())
    }

    fn make(version: Version, folders: Vec<PathBuf>) -> io::Result<Self> {
        let group = Self { version, folders };
        group.folders.iter().try_for_each(fs::create_dir)?;
        // These files exist only if the controllers are available here.
        fs::metadata(group.file("cpu", "cpu.shares", "cpu.weight"))?;
        fs::metadata(group.file("memory", "memory.limit_in_bytes", "memory.max"))?;
        fs::metadata(group.file("pids", "pids.max", "pids.max"))?;
        Ok(group)
    }

    /// Returns the cgroup version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Moves a process into this group.
    pub fn add(&self, pid: Pid) -> io::Result<()> {
        self.folders.iter().try_for_each(|folder| fs::write(folder.join("cgroup.procs"), pid.to_string()))
    }

    /// Returns the files to which a process writes `0` to move itself into this group.
    pub fn entrances(&self) -> Vec<PathBuf> {
        self.folders.iter().map(|folder| folder.join("cgroup.procs")).collect()
    }

    /// Sets the smallest share of the CPU, as runtimes do for a sandbox.
    pub fn minimal_cpu(&self) -> io::Result<()> {
        match self.version {
            Version::V1 => fs::write(self.file("cpu", "cpu.shares", ""), "2"),
            Version::V2 => fs::write(self.file("cpu", "", "cpu.weight"), "1"),
        }
    }

    /// Limits the number of processes.
    pub fn limit_pids(&self, limit: u32) -> io::Result<()> {
        fs::write(self.file("pids", "pids.max", "pids.max"), limit.to_string())
    }

    /// Limits the memory, in bytes.
    pub fn limit_memory(&self, limit: u64) -> io::Result<()> {
        fs::write(self.file("memory", "memory.limit_in_bytes", "memory.max"), limit.to_string())
    }

    /// Returns the memory that its processes use, in bytes, the kernel's own included.
    pub fn memory(&self) -> io::Result<u64> {
        let text = fs::read_to_string(self.file("memory", "memory.usage_in_bytes", "memory.current"))?;
        text.trim().parse().map_err(io::Error::other)
    }

    /// Returns how many of its processes the OOM killer has killed.
    pub fn out_of_memory_kills(&self) -> io::Result<u64> {
        let text = fs::read_to_string(self.file("memory", "memory.oom_control", "memory.events"))?;
        let count = text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.parse().ok());
        count.ok_or_else(|| io::Error::other("this kernel does not count OOM kills"))
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

/// Returns the cgroup mounts of this machine.
pub(crate) fn mounts() -> io::Result<Vec<MountInfo>> {
    let all = Process::myself().and_then(|me| me.mountinfo()).map_err(io::Error::other)?;
    Ok(all.into_iter().filter(|mount| mount.fs_type.starts_with("cgroup")).collect())
}

/// Returns the hierarchies with all of the controllers: one folder under version 2, one for each controller under
/// version 1.
fn hierarchies() -> io::Result<(Version, Vec<PathBuf>)> {
    let mounts = mounts()?;
    let unified = mounts.iter().find(|mount| mount.fs_type == "cgroup2").map(|mount| mount.mount_point.clone());
    if let Some(root) = unified {
        let has = fs::read_to_string(root.join("cgroup.controllers"))?;
        if CONTROLLERS.iter().all(|name| has.split_whitespace().any(|controller| controller == *name)) {
            return Ok((Version::V2, vec![root]));
        }
    }
    let of = |name: &str| {
        let has = |mount: &&MountInfo| mount.fs_type == "cgroup" && mount.super_options.contains_key(name);
        let missing = || io::Error::other(format!("no control group hierarchy has the controller {name}"));
        mounts.iter().find(has).map(|mount| mount.mount_point.clone()).ok_or_else(missing)
    };
    Ok((Version::V1, CONTROLLERS.into_iter().map(of).collect::<io::Result<_>>()?))
}

/// Creates a group, or prints why it cannot. The tests then use the limits of `setrlimit` alone.
pub fn if_permitted() -> Option<Cgroup> {
    let group = Cgroup::new();
    if let Err(reason) = &group {
        // Not `eprintln`, which the test harness captures. Without a standard error, the message has no reader.
        _ = writeln!(io::stderr(), "tested without a control group: {reason}");
    }
    group.ok()
}

/// Returns a last step that moves the program into `group`, if there is one.
pub fn enter(group: Option<&Cgroup>) -> impl FnMut() -> io::Result<()> + Send + Sync + use<> {
    let entrances = group.map(Cgroup::entrances).unwrap_or_default();
    move || entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"))
}
