//! What there is on a node. With no pod on it, that is always the same.

use crate::node::{BRIDGE, LEASES, Node};
use procfs::process::Process;
use sandbox::table::rows_in;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

/// A line for each process, mount, control group, interface, address and snapshot.
pub struct Inventory(Vec<String>);

impl Inventory {
    #[track_caller]
    pub fn of(node: &Node) -> Self {
        let machine = &node.containerd.machine;
        let init = Process::new_with_root(machine.proc("1")).expect("it lives");
        let snapshots = node.containerd.ctr(&["--namespace=k8s.io", "snapshots", "list"]).ok();
        let mut lines = Vec::new();
        let mut add = |kind: &str, things: Vec<String>| lines.extend(things.iter().map(|it| format!("{kind} {it}")));
        add("process", rows_in(&machine.proc("")).into_iter().map(|row| row.command).collect());
        let mounts = init.mountinfo().expect("a process of ours").into_iter();
        add("mount", mounts.map(|mount| mount.mount_point.display().to_string()).collect());
        add("control group", machine.cgroups().flat_map(|folder| groups(folder)).collect());
        let interfaces = init.dev_status().expect("a process of ours").into_keys();
        // Pods come and go on the bridge, which stays.
        add("interface", interfaces.filter(|name| name != BRIDGE).collect());
        let leases = names(&machine.path(LEASES)).into_iter();
        // Beside a lock, and a note of the last one.
        add("address", leases.filter(|name| name.parse::<IpAddr>().is_ok()).collect());
        let keys = snapshots.lines().filter_map(|line| line.split_whitespace().next());
        add("snapshot", keys.map(str::to_owned).collect());
        Self(lines)
    }

    /// What is on the node that was not there before.
    #[track_caller]
    pub fn left_over(&self, node: &Node) -> Vec<String> {
        let mut left = Self::of(node).0;
        for line in &self.0 {
            if let Some(at) = left.iter().position(|other| other == line) {
                left.remove(at);
            }
        }
        left
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// The groups in a group: its folders, as all else in it are files.
fn groups(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.map(|entry| entry.path().display().to_string()).collect()
}
