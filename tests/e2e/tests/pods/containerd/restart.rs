//! containerd dies while pods run.

use super::namespaces::assert_is_pause;
use super::orphans;
use e2e::Node;
use e2e::pod::{Container, Pod};
use e2e::report::Report;
use k8s_cri::v1::NamespaceMode;

const MODES: [(&str, NamespaceMode); 3] = [
    ("survives-shared", NamespaceMode::Pod),
    ("survives-not-shared", NamespaceMode::Container),
    ("survives-on-node", NamespaceMode::Node),
];

pub fn run(report: &mut Report, node: &mut Node) -> Option<()> {
    let pods = report.step("three pods run, one in each PID mode", || {
        MODES.map(|(name, mode)| {
            let pod = node.run_pod(node.pod(name, mode, NamespaceMode::Pod));
            let container = node.run_container(&pod, "app", &["sleep", "infinity"]);
            (node.pid(&pod), pod, container)
        })
    })?;
    report.step("containerd is killed with SIGKILL, and started again", || node.kill_and_start_again())?;
    let survives = |(pid, pod, container): &(String, Pod, Container)| {
        assert_eq!(*pid, node.pid(pod));
        assert_is_pause(node, pid);
        assert!(node.is_ready(pod));
        assert_eq!(node.said(container, &["sh", "-c", "echo it answers"]), "it answers\n");
    };
    report.step("the pods run as before: ready, the same process 1, containers answer", || {
        pods.iter().for_each(survives);
    });
    report.step("/pause goes on reaping, and the pods can be stopped", || {
        let (pid, _, container) = &pods[0];
        let table = node.proc_of(pid);
        orphans::probe(node, container, &table);
        orphans::until_reaped(&table);
        for (_, pod, _) in &pods {
            node.end(pod);
        }
    })
}
