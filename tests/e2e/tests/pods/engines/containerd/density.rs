//! Fifty pods, started at the same time.

use super::namespaces::ID;
use e2e::Node;
use e2e::process::Process;
use e2e::report::Report;
use k8s_cri::v1::NamespaceMode;
use procfs::{Current, Meminfo};

const PODS: u64 = 50;

/// MiB of a pod: its shim, and runc while it starts.
const MEMORY: u64 = 64;

pub fn run(report: &mut Report, node: &Node) -> Option<()> {
    let available = Meminfo::current().ok().and_then(|memory| memory.mem_available).expect("Linux 3.14 or later") >> 20;
    let count = PODS.min(available / MEMORY).max(1);
    let pods = report.step(&format!("{count} pods start at the same time"), || {
        let config = |number| node.pod(&format!("dense-{number}"), NamespaceMode::Pod, NamespaceMode::Pod);
        node.run_pods((0..count).map(config).collect())
    })?;
    let memory = report.step("all are ready, and process 1 of each is /pause", || {
        let mut memory: Vec<u64> = pods
            .iter()
            .map(|pod| {
                let pause = Process::new(&node.containerd.machine, &node.pid(pod));
                assert!(node.is_ready(pod));
                pause.assert_is_pause(ID);
                pause.resident_memory()
            })
            .collect();
        memory.sort_unstable();
        memory[memory.len() / 2]
    })?;
    report.step(&format!("all are stopped and removed; the median /pause used {memory} KiB"), || {
        pods.iter().for_each(|pod| node.end(pod));
    })
}
