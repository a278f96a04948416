//! What there is on an engine's machine. When every pod is removed, that is what there was before the first.

use procfs::process::Process;
use runtimes::Machine;
use sandbox::table::rows_in;
use std::fs;
use std::path::Path;

/// Each list is sorted.
#[derive(Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The names of programs that run.
    processes: Vec<String>,
    mounts: Vec<String>,
    groups: Vec<String>,
    interfaces: Vec<String>,
}

impl Inventory {
    #[track_caller]
    pub fn of(machine: &Machine) -> Self {
        let init = Process::new_with_root(machine.proc("1")).expect("it lives");
        let mounts = init.mountinfo().expect("a process of ours").into_iter();
        let interfaces = init.dev_status().expect("a process of ours").into_keys();
        let mut groups = Vec::new();
        machine.cgroups().for_each(|folder| add_groups(folder, &mut groups));
        Self {
            processes: sorted(rows_in(&machine.proc("")).into_iter().map(|row| row.command)),
            mounts: sorted(mounts.map(|mount| mount.mount_point.display().to_string())),
            groups: sorted(groups.into_iter()),
            interfaces: sorted(interfaces),
        }
    }
}

fn sorted(list: impl Iterator<Item = String>) -> Vec<String> {
    let mut list: Vec<String> = list.collect();
    list.sort();
    list
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
