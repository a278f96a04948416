//! What exists on a machine: after the last pod, nothing more than before the first.

use crate::Machine;
use procfs::process::Process;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::deadline::TIMEOUT;
use testkit::process_table::rows_in;

/// How long a leftover may take to end, even if a runtime is known to leave it.
const MOMENT: Duration = Duration::from_secs(10);

/// A line for each process, mount, cgroup and network interface.
#[derive(Debug, PartialEq, Eq)]
pub struct Inventory(Vec<String>);

impl Inventory {
    /// Lists what exists on `machine` now.
    #[track_caller]
    pub fn of(machine: &Machine) -> Self {
        let init = Process::new_with_root(machine.proc("1")).expect("process 1 is alive");
        let mounts = init.mountinfo().expect("root can read it").into_iter();
        let interfaces = init.dev_status().expect("root can read it").into_keys();
        let mut groups = Vec::new();
        machine.cgroups().for_each(|folder| add_groups(folder, &mut groups));
        Self(Vec::new())
            .and("process", rows_in(&machine.proc("")).into_iter().map(|row| row.command))
            .and("mount", mounts.map(|mount| mount.mount_point.display().to_string()))
            .and("cgroup", groups.into_iter())
            .and("interface", interfaces)
    }

    /// Adds things of another kind.
    pub fn and(mut self, kind: &str, things: impl Iterator<Item = String>) -> Self {
        self.0.extend(things.map(|thing| format!("{kind} {thing}")));
        self.0.sort();
        self
    }

    /// Removes things that may appear and stay.
    pub fn without(mut self, may_stay: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|line| !may_stay(line));
        self
    }

    /// Waits until `now` has nothing more than this inventory, or nothing but what may stay. Returns what has stayed.
    #[track_caller]
    pub fn until_restored(&self, now: impl Fn() -> Self, may_stay: impl Fn(&str) -> bool) -> Vec<String> {
        let start = Instant::now();
        loop {
            let mut left = now().0;
            for line in &self.0 {
                if let Some(at) = left.iter().position(|other| other == line) {
                    left.remove(at);
                }
            }
            let is_known = left.iter().all(|thing| may_stay(thing)) && start.elapsed() > MOMENT;
            if left.is_empty() || is_known {
                return left;
            }
            assert!(start.elapsed() < TIMEOUT, "left over: {left:#?}");
            sleep(Duration::from_millis(10));
        }
    }
}

/// Adds the descendants of a cgroup, which are its folders.
fn add_groups(folder: &Path, groups: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            groups.push(entry.path().display().to_string());
            add_groups(&entry.path(), groups);
        }
    }
}
