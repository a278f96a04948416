//! Removes control groups: when they are dropped, when a signal ends this process, and, if SIGKILL ended it, when the
//! next process creates a group.

use crate::deadline::TIMEOUT;
use crate::pod_process::has_ended;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io, panic, process, thread};

/// The prefix of all group names. The creator's PID namespace, its process ID and a number follow.
const PREFIX: &str = "pause-test-";

/// Returns a name that no other group has.
pub fn name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{PREFIX}{}-{}-{}", *NAMESPACE, process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The inode number of this process's PID namespace. Containers may share the groups, but not the process IDs.
static NAMESPACE: LazyLock<u64> = LazyLock::new(|| fs::metadata("/proc/self/ns/pid").expect("/proc is mounted").ino());

/// Returns the folder of a group called `name` in the hierarchy that is mounted at `root`. The caller, or a program
/// that it starts, creates the group. When a signal ends this process, the group and the groups within it are removed.
pub fn claim(root: &Path, name: &str) -> PathBuf {
    LazyLock::force(&SIGNAL_THREAD);
    remove_stale(root);
    let folder = root.join(name);
    claimed().groups.push(folder.clone());
    folder
}

/// Returns the groups in `root` that the process `maker` created.
pub fn of_process(root: &Path, maker: Pid) -> impl Iterator<Item = PathBuf> {
    groups_in(root).filter(move |folder| creator_of(folder) == Some(maker))
}

/// Removes a group and the groups within it, if they exist, and kills their processes.
pub fn remove(folder: &Path) {
    remove_tree(folder);
    claimed().groups.retain(|claimed| claimed != folder);
}

/// Registers process 1 of a pod whose processes create groups. When a signal ends this process, the pod is killed
/// first: otherwise its processes would create groups while groups are removed.
pub fn kill_first(init: Pid) {
    claimed().pods.push(init);
}

/// Undoes [`kill_first`], before the pod is ended in another way.
pub fn release(init: Pid) {
    claimed().pods.retain(|pod| *pod != init);
}

/// What to kill and to remove when a signal ends this process.
struct Claimed {
    pods: Vec<Pid>,
    groups: Vec<PathBuf>,
}

fn claimed() -> MutexGuard<'static, Claimed> {
    static CLAIMED: Mutex<Claimed> = Mutex::new(Claimed { pods: Vec::new(), groups: Vec::new() });
    CLAIMED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread that removes everything on a signal, and then lets the signal end this process.
static SIGNAL_THREAD: LazyLock<()> = LazyLock::new(|| {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).expect("handlers can be set");
    thread::spawn(move || {
        for signal in signals.forever() {
            let claimed = claimed(); // held until the end, so that no other thread creates a group
            // From here on, tests fail because their pods and groups are gone: their messages are suppressed.
            panic::set_hook(Box::new(|_| ()));
            let _silence = io::stdout().lock();
            claimed.pods.iter().for_each(|init| end(*init));
            claimed.groups.iter().for_each(|folder| remove_tree(folder));
            _ = emulate_default_handler(signal); // fails only for numbers that are no signal
        }
    });
});

/// Removes the groups of processes that are gone. Groups of other PID namespaces stay.
fn remove_stale(root: &Path) {
    for folder in groups_in(root) {
        if creator_of(&folder).is_some_and(|creator| kill(creator, None) == Err(Errno::ESRCH)) {
            remove_tree(&folder);
        }
    }
}

/// Returns the process that created a group, by the group's name. Groups of other PID namespaces have no known creator:
/// the same number is another process here, or none.
fn creator_of(folder: &Path) -> Option<Pid> {
    let mut parts = folder.file_name()?.to_str()?.strip_prefix(PREFIX)?.split('-');
    let namespace: u64 = parts.next()?.parse().ok()?;
    let pid = parts.next()?.parse().ok()?;
    (namespace == *NAMESPACE).then_some(Pid::from_raw(pid))
}

/// Kills a process 1. When it has ended, all processes of its pod have ended (`zap_pid_ns_processes`).
fn end(init: Pid) {
    _ = kill(init, Signal::SIGKILL); // it may have ended
    let start = Instant::now();
    while !has_ended(init) && start.elapsed() < TIMEOUT {
        thread::sleep(Duration::from_millis(1));
    }
}

fn remove_tree(folder: &Path) {
    groups_in(folder).for_each(|group| remove_tree(&group));
    _ = fs::write(folder.join("freezer.state"), "THAWED"); // under version 1, a frozen process cannot be killed
    let start = Instant::now();
    loop {
        let members = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
        for pid in members.lines().filter_map(|line| line.parse().ok()).filter(|pid| *pid > 0) {
            _ = kill(Pid::from_raw(pid), Signal::SIGKILL); // it may have ended
        }
        // Busy until its last process has ended.
        match fs::remove_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy && start.elapsed() < TIMEOUT => {
                thread::sleep(Duration::from_millis(1));
            }
            _ => return,
        }
    }
}

/// Returns the groups directly within a group. They are its folders: all other entries are files.
fn groups_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path())
}
