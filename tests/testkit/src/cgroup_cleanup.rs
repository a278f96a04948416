//! Control groups do not outlive who made them: they are removed when they are dropped, when a signal ends the process,
//! and, where it was killed outright, by whoever makes one next.

use crate::deadline::PATIENCE;
use crate::pod::has_ended;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io, panic, process, thread};

/// What the names of all groups begin with; the maker's process ID and a number follow.
const PREFIX: &str = "pause-test-";

/// A name that no other group has.
pub fn name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{PREFIX}{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A group of that name in `root`, the mount point of a hierarchy: its folder, which is still to be made, by us or by
/// somebody who is told the name. From now on it is removed, with all that is in it, when a signal ends this process.
pub fn claim(root: &Path, name: &str) -> PathBuf {
    LazyLock::force(&REMOVER);
    remove_those_of_the_dead(root);
    let folder = root.join(name);
    claimed().groups.push(folder.clone());
    folder
}

/// The groups of this maker that are in `root`.
pub fn of_process(root: &Path, maker: Pid) -> impl Iterator<Item = PathBuf> {
    groups_in(root).filter(move |folder| maker_of(folder) == Some(maker))
}

/// Removes a group and the groups within it, as far as they are there, and kills who is in them.
pub fn remove(folder: &Path) {
    remove_tree(folder);
    claimed().groups.retain(|claimed| claimed != folder);
}

/// Names the process 1 of a pod whose members make groups. When a signal ends this process, the pod is ended first: they
/// would go on making groups while those are removed.
pub fn end_first(init: Pid) {
    claimed().makers.push(init);
}

/// The opposite of [`end_first`], before the process is ended otherwise.
pub fn spare(init: Pid) {
    claimed().makers.retain(|maker| *maker != init);
}

/// What is ended and removed when a signal ends this process.
struct Claimed {
    makers: Vec<Pid>,
    groups: Vec<PathBuf>,
}

fn claimed() -> MutexGuard<'static, Claimed> {
    static CLAIMED: Mutex<Claimed> = Mutex::new(Claimed { makers: Vec::new(), groups: Vec::new() });
    CLAIMED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes what is there when a signal ends this process, and then lets it do so.
static REMOVER: LazyLock<()> = LazyLock::new(|| {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).expect("handlers can be set");
    thread::spawn(move || {
        for signal in signals.forever() {
            let claimed = claimed(); // nobody makes another one from here on
            // Whatever fails now fails because of this, and need not be told.
            panic::set_hook(Box::new(|_| ()));
            let _silence = io::stdout().lock();
            claimed.makers.iter().for_each(|init| end(*init));
            claimed.groups.iter().for_each(|folder| remove_tree(folder));
            _ = emulate_default_handler(signal);
        }
    });
});

/// Removes the groups of makers who are gone.
fn remove_those_of_the_dead(root: &Path) {
    for folder in groups_in(root) {
        if maker_of(&folder).is_some_and(|maker| kill(maker, None) == Err(Errno::ESRCH)) {
            remove_tree(&folder);
        }
    }
}

/// Who made a group, as its name tells.
fn maker_of(folder: &Path) -> Option<Pid> {
    let maker = folder.file_name()?.to_str()?.strip_prefix(PREFIX)?.split('-').next()?;
    maker.parse().ok().map(Pid::from_raw)
}

/// Kills a process 1. When it has ended, so has everything in its pod (`zap_pid_ns_processes`).
fn end(init: Pid) {
    _ = kill(init, Signal::SIGKILL);
    let start = Instant::now();
    while !has_ended(init) && start.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(1));
    }
}

fn remove_tree(folder: &Path) {
    groups_in(folder).for_each(|group| remove_tree(&group));
    _ = fs::write(folder.join("freezer.state"), "THAWED"); // under version 1, who is frozen cannot be killed
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

/// The groups right within a group: its folders, as all else in it are files.
fn groups_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path())
}
