//! The pod's process table, as the pod's own `/proc` shows it.

use crate::pod::Pod;
use procfs::process::{self, Stat};
use std::path::Path;

/// One process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The process ID in the pod.
    pub pid: i32,
    /// The parent's process ID in the pod; 0 if the parent is outside of the pod.
    pub ppid: i32,
    /// The state as `ps` shows it: R, S, D, T, t, Z, ….
    pub state: char,
    /// The first 15 bytes of the program's name.
    pub command: String,
    /// The start time. Together with the ID, it identifies the process.
    start: u64,
}

impl Row {
    /// Returns whether process 1 must reap this zombie. If its parent is 0, a process outside of the pod must.
    fn is_zombie_of_init(&self) -> bool {
        self.state == 'Z' && self.ppid == 1
    }
}

/// Returns all processes of the pod, process 1 first.
pub fn rows(pod: &Pod) -> Vec<Row> {
    rows_in(&pod.proc())
}

/// Returns all processes in this `/proc`, process 1 first.
pub fn rows_in(proc: &Path) -> Vec<Row> {
    let Ok(all) = process::all_processes_with_root(proc) else { return Vec::new() };
    // A process may have ended since it was listed.
    let mut rows: Vec<Row> = all.filter_map(|process| process.ok()?.stat().ok()).map(Row::from).collect();
    rows.sort_by_key(|row| row.pid);
    rows
}

/// Returns the zombies that process 1 of the pod has not reaped.
///
/// Reads the table twice, and counts only the zombies that are there both times. A child that the kernel reaps itself
/// is a zombie for a moment, and a reader of `/proc` can see it: it does not hold the kernel's locks.
pub fn zombies(pod: &Pod) -> Vec<Row> {
    zombies_in(&pod.proc())
}

/// Returns the zombies in this `/proc` that process 1 has not reaped, counted like [`zombies`].
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
