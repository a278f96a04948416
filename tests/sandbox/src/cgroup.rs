//! Control groups of a test's own, under version 2 or version 1, whichever has the controllers.
//!
//! They are removed when they are dropped, and also when a signal ends the process. Those of a process that was killed
//! outright are empty; whoever makes a group next removes them.

use crate::deadline::PATIENCE;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use procfs::process::Process;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io, process, thread};

/// What the names of all groups begin with; the maker's process ID and a number follow.
const PREFIX: &str = "pause-test-";

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
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{PREFIX}{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let (version, roots) = hierarchies()?;
        roots.iter().for_each(|root| remove_stale(root));
        Self::make(version, roots.iter().map(|root| root.join(&name)).collect())
    }

    /// Makes a group within this one.
    pub fn child(&self, name: &str) -> io::Result<Self> {
        if self.version == Version::V2 {
            fs::write(self.folders[0].join("cgroup.subtree_control"), "+cpu +memory +pids")?;
        }
        Self::make(self.version, self.folders.iter().map(|folder| folder.join(name)).collect())
    }

    fn make(version: Version, folders: Vec<PathBuf>) -> io::Result<Self> {
        LazyLock::force(&REMOVER);
        let group = Self { version, folders };
        for folder in &group.folders {
            made().push(folder.clone());
            fs::create_dir(folder)?;
        }
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
        for folder in self.folders.drain(..) {
            made().retain(|made| *made != folder);
            remove(&folder);
        }
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

/// All folders there are at the moment, parents before children.
fn made() -> MutexGuard<'static, Vec<PathBuf>> {
    static MADE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes what is there when a signal ends this process, and then lets it do so.
static REMOVER: LazyLock<()> = LazyLock::new(|| {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).expect("handlers can be set");
    thread::spawn(move || {
        for signal in signals.forever() {
            for folder in made().iter().rev() {
                remove(folder);
            }
            _ = emulate_default_handler(signal);
        }
    });
});

/// Removes the groups that processes left who are gone, as far as they are empty.
fn remove_stale(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let maker = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next()?.parse().ok());
        if maker.is_some_and(|maker: i32| kill(Pid::from_raw(maker), None) == Err(Errno::ESRCH)) {
            for child in fs::read_dir(entry.path()).into_iter().flatten().flatten() {
                _ = fs::remove_dir(child.path());
            }
            _ = fs::remove_dir(entry.path());
        }
    }
}

/// Removes a group, and kills who is in it.
fn remove(folder: &Path) {
    let start = Instant::now();
    loop {
        let members = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
        for pid in members.lines().filter_map(|line| line.parse().ok()).filter(|pid| *pid > 0) {
            _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        // Busy for as long as its last process is on its way out.
        match fs::remove_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy && start.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(1));
            }
            _ => return,
        }
    }
}
