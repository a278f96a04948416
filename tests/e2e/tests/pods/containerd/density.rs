//! As many pods as a node is made for, at once.

use super::namespaces::assert_is_pause;
use e2e::Node;
use e2e::report::Report;
use k8s_cri::v1::NamespaceMode;
use procfs::process::Process;
use procfs::{Current, Meminfo};

const PODS: u64 = 50;

/// MiB for a pod: its shim, and runc while it starts.
const MEMORY: u64 = 64;

pub fn run(report: &mut Report, node: &Node) -> Option<()> {
    let count = PODS.min(available_memory() / MEMORY).max(1);
    let pods = report.step(&format!("{count} pods are run at once"), || {
        let name = |number| format!("one-of-many-{number}");
        let config = |number| node.pod(&name(number), NamespaceMode::Pod, NamespaceMode::Pod);
        node.run_pods((0..count).map(config).collect())
    })?;
    let memory = report.step("all are ready, and process 1 of each is /pause", || {
        let memory = |pod| {
            let pid = node.pid(pod);
            assert!(node.is_ready(pod));
            assert_is_pause(node, &pid);
            memory_of(node, &pid)
        };
        let mut memory: Vec<u64> = pods.iter().map(memory).collect();
        memory.sort_unstable();
        memory[memory.len() / 2]
    })?;
    report.step(&format!("all are stopped and removed; the median /pause took {memory} KiB"), || {
        pods.iter().for_each(|pod| node.end(pod));
    })
}

/// In MiB.
fn available_memory() -> u64 {
    let memory = Meminfo::current().expect("/proc is mounted");
    memory.mem_available.expect("Linux tells since 3.14") >> 20
}

/// What is in memory of a process, in KiB.
#[track_caller]
fn memory_of(node: &Node, pid: &str) -> u64 {
    let process = Process::new_with_root(node.containerd.machine.proc(pid)).expect("it lives");
    let maps = process.smaps_rollup().expect("it lives").memory_map_rollup.0;
    maps.iter().find_map(|map| map.extension.map.get("Rss")).expect("this kernel tells") / 1024
}
