//! What there is on a machine. When every pod is removed, that is what there was before the first.

use crate::Machine;
use procfs::process::Process;
use std::fs;
use std::path::Path;
use testkit::process_table::rows_in;

/// A line for each process, mount, control group and network interface, and for whatever else is added.
#[derive(Debug, PartialEq, Eq)]
pub struct Inventory(Vec<String>);

impl Inventory {
    #[track_caller]
    pub fn of(machine: &Machine) -> Self {
        let init = Process::new_with_root(machine.proc("1")).expect("it lives");
        let mounts = init.mountinfo().expect("a process of ours").into_iter();
        let interfaces = init.dev_status().expect("a process of ours").into_keys();
        let mut groups = Vec::new();
        machine.cgroups().for_each(|folder| add_groups(folder, &mut groups));
        Self(Vec::new())
            .and("process", rows_in(&machine.proc("")).into_iter().map(|row| row.command))
            .and("mount", mounts.map(|mount| mount.mount_point.display().to_string()))
            .and("control group", groups.into_iter())
            .and("interface", interfaces)
    }

    /// The same, and things of another kind.
    pub fn and(mut self, kind: &str, things: impl Iterator<Item = String>) -> Self {
        self.0.extend(things.map(|thing| format!("{kind} {thing}")));
        self.0.sort();
        self
    }

    /// The same without that thing, which may come and need not go.
    pub fn except(mut self, kind: &str, thing: &str) -> Self {
        self.0.retain(|line| *line != format!("{kind} {thing}"));
        self
    }

    /// What there is that was not there before.
    pub fn since(mut self, before: &Self) -> Vec<String> {
        for line in &before.0 {
            if let Some(at) = self.0.iter().position(|other| other == line) {
                self.0.remove(at);
            }
        }
        self.0
    }
}

/// The groups in a group, and those in them: its folders, as all else in it are files.
fn add_groups(folder: &Path, groups: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            groups.push(entry.path().display().to_string());
            add_groups(&entry.path(), groups);
        }
    }
}
