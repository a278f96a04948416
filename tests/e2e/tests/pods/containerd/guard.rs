//! A container that tells process 1 of its pod to end: it does, or, with `--guard`, it does not.

use crate::images;
use e2e::Node;
use e2e::containerd::Release;
use e2e::events::Events;
use e2e::pod::{Container, Pod};
use e2e::project::guarded_reference;
use e2e::report::Report;
use k8s_cri::v1::NamespaceMode;
use nix::sys::signal::Signal;
use testkit::until;

/// What the container does.
const ATTACK: [&str; 3] = ["sh", "-c", "kill -TERM 1 && kill -INT 1 && kill -TERM -1"];

pub fn run(report: &mut Report, node: &Node, release: Release) -> Option<()> {
    report.step("control: a container that runs `kill 1` ends the whole pod", || {
        let (pod, container) = start(node, "unguarded");
        _ = node.exec(&container, &ATTACK, 0); // it may end before it can answer
        until("the pod is not ready", || !node.is_ready(&pod));
        node.end(&pod);
    });
    report.step("with the image of --guard it does not, and SIGTERM from the node still does", || {
        let node = Node::start(release, guarded_reference(), &[images::guard(), images::busybox()]);
        let events = Events::of(&node.containerd);
        let (pod, container) = start(&node, "guarded");
        let init = node.pid(&pod);
        node.said(&container, &ATTACK);
        node.containerd.machine.until_it_waits(&init);
        assert!(node.is_ready(&pod), "it takes no orders from inside");
        node.said(&container, &["sh", "-c", "true"]);
        node.containerd.machine.signal(&init, Signal::SIGTERM);
        assert_eq!(events.exit_status(&pod.id), 0);
        node.end(&pod);
    })
}

/// A pod with a container that is left alone by signals to everybody, and the container.
#[track_caller]
fn start(node: &Node, name: &str) -> (Pod, Container) {
    let pod = node.run_pod(node.pod(name, NamespaceMode::Pod, NamespaceMode::Pod));
    let container = node.run_container(&pod, "hostile", &["sh", "-c", "trap '' TERM; while :; do sleep 1000; done"]);
    node.containerd.machine.until_it_waits(&node.pid(&pod));
    (pod, container)
}
