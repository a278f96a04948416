//! The pod's process table, as the pod's own `/proc` tells it.

use crate::pod::Pod;
use procfs::process::{self, Stat};
use std::path::Path;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Process ID and parent's process ID, as the pod sees them. A parent outside of the pod is 0.
    pub pid: i32,
    pub ppid: i32,
    /// As `ps` shows it: R, S, D, T, t, Z, ….
    pub state: char,
    /// The program's name, at most 15 bytes of it.
    pub command: String,
    /// When it was started: with the ID, this tells it from every other process.
    start: u64,
}

impl Row {
    /// A zombie that is process 1's to reap. One whose parent is 0 is the business of whoever started it from outside.
    fn is_zombie_of_init(&self) -> bool {
        self.state == 'Z' && self.ppid == 1
    }
}

/// All processes of the pod, process 1 first.
pub fn rows(pod: &Pod) -> Vec<Row> {
    rows_in(&pod.proc())
}

/// All processes that some `/proc` shows, process 1 first.
pub fn rows_in(proc: &Path) -> Vec<Row> {
    let Ok(all) = process::all_processes_with_root(proc) else { return Vec::new() };
    // One that went away between the listing and the look is not there.
    let mut rows: Vec<Row> = all.filter_map(|process| process.ok()?.stat().ok()).map(Row::from).collect();
    rows.sort_by_key(|row| row.pid);
    rows
}

/// The zombies that process 1 of the pod has not reaped.
///
/// Looks twice and counts those who are there both times: whatever the kernel reaps at the moment of exit passes through
/// the state of a zombie too, and a look without its locks can fall into that moment.
pub fn zombies(pod: &Pod) -> Vec<Row> {
    zombies_in(&pod.proc())
}

/// The zombies that process 1 has not reaped of those that some `/proc` shows, counted as by [`zombies`].
pub fn zombies_in(proc: &Path) -> Vec<Row> {
    let mut first: Vec<Row> = rows_in(proc).into_iter().filter(Row::is_zombie_of_init).collect();
    if !first.is_empty() {
        let second = rows_in(proc);
        first.retain(|row| second.contains(row));
    }
    first
}

impl From<Stat> for Row {
    fn from(stat: Stat) -> Self {
        Self { pid: stat.pid, ppid: stat.ppid, state: stat.state, command: stat.comm, start: stat.starttime }
    }
}
