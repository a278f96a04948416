//! containerd is killed while pods run.

use super::namespaces::ID;
use super::probe::assert_orphans_are_reaped;
use e2e::Node;
use e2e::pod::{Container, Pod};
use e2e::process::Process;
use e2e::report::Report;
use k8s_cri::v1::NamespaceMode;

const MODES: [(&str, NamespaceMode); 3] = [
    ("survives-shared", NamespaceMode::Pod),
    ("survives-not-shared", NamespaceMode::Container),
    ("survives-on-node", NamespaceMode::Node),
];

pub fn run(report: &mut Report, node: &mut Node) -> Option<()> {
    let pods = report.step("three pods start, one in each PID mode", || {
        MODES.map(|(name, mode)| {
            let pod = node.run_pod(node.pod(name, mode, NamespaceMode::Pod));
            let container = node.run_container(&pod, "app", &["sleep", "infinity"]);
            (node.pid(&pod), pod, container)
        })
    })?;
    report.step("containerd is killed by SIGKILL and starts again", || node.kill_and_start_again())?;
    report.step("the pods are ready with the same process 1, and their containers answer", || {
        let survives = |(pid, pod, container): &(String, Pod, Container)| {
            assert_eq!(*pid, node.pid(pod));
            Process::new(&node.containerd.machine, pid).assert_is_pause(ID);
            assert!(node.is_ready(pod));
            assert_eq!(node.output(container, &["sh", "-c", "echo yes"]), "yes\n");
        };
        pods.iter().for_each(survives);
    })?;
    report.step("/pause still reaps, and the pods stop", || {
        let (_, pod, container) = &pods[0];
        assert_orphans_are_reaped(node, pod, container);
        pods.iter().for_each(|(_, pod, _)| node.end(pod));
    })
}
