//! A probe that times out and leaves orphans behind.

use e2e::Node;
use e2e::pod::{Container, Pod};
use e2e::process::Process;
use e2e::report::Report;
use k8s_cri::v1::NamespaceMode;
use testkit::until;
use tonic::Code;

/// Starts children and hangs. They do not hold the streams of the probe, on which containerd would wait.
const PROBE: &str = "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1000 < /dev/null > /dev/null 2>&1 & done; exec sleep 1000";
const ORPHANS: usize = 10;

pub fn run(report: &mut Report, node: &Node) -> Option<()> {
    report.step("a probe times out and leaves 10 orphans, which are reaped", || {
        let pod = node.run_pod(node.pod("probed", NamespaceMode::Pod, NamespaceMode::Pod));
        let container = node.run_container(&pod, "app", &["sleep", "infinity"]);
        assert_orphans_are_reaped(node, &pod, &container);
        node.end(&pod);
    })
}

/// Lets a probe time out, and asserts that the pod's process 1 adopts its orphans and reaps them.
#[track_caller]
pub fn assert_orphans_are_reaped(node: &Node, pod: &Pod, container: &Container) {
    let pid = node.pid(pod);
    let process_1 = Process::new(&node.containerd.machine, &pid);
    let error = node.exec(container, &["sh", "-c", PROBE], 1).expect_err("the probe hangs");
    assert_eq!(error.code(), Code::DeadlineExceeded, "{error}");
    process_1.until_it_has_adopted(ORPHANS);
    assert_eq!(process_1.zombies_of_orphans(|command| drop(node.output(container, &["sh", "-c", command]))), 0);
    until("process 1 has no child", || process_1.orphans().count() == 0);
}
