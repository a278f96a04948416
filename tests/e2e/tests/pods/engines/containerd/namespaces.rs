//! Pods that share namespaces with their node, or not all of them with their containers.

use e2e::Node;
use e2e::pod::{Container, Pod};
use e2e::process::Process;
use e2e::report::Report;
use k8s_cri::v1::NamespaceMode::{self, Container as PerContainer, Node as OfNode, Pod as OfPod};
use testkit::process_table::rows_in;

/// The user and group ID of the image.
pub const ID: u32 = 65535;

/// The commands of the two containers, which differ in the process table.
const FIRST: &str = "sleep 1001";
const SECOND: &str = "sleep 1002";

pub fn run(report: &mut Report, node: &Node) -> Option<()> {
    report.step("PID namespace not shared: each container has a process 1, /pause is alone", || {
        let (pod, containers) = start(node, "not-shared", PerContainer, OfPod);
        let pause = process(node, &node.pid(&pod));
        pause.assert_is_pause(ID);
        assert_eq!(pause.pid_in_namespace(), "1");
        let alone = rows_in(&pause.proc());
        assert_eq!(alone.iter().map(|row| &*row.command).collect::<Vec<_>>(), ["pause"]);
        for (container, other) in containers.iter().zip([SECOND, FIRST]) {
            let first = process(node, &node.container_pid(container));
            assert_ne!(first.namespace("pid"), pause.namespace("pid"));
            assert_eq!(first.pid_in_namespace(), "1");
            let table = processes(node, container);
            assert!(!table.contains(other) && !table.contains("/pause"), "{table}");
        }
        assert_network(node, &pod, &containers);
        node.end(&pod);
    })?;
    report.step("hostPID and hostNetwork: /pause is a process of the node", || {
        let (pod, containers) = start(node, "of-the-node", OfNode, OfNode);
        let pause = process(node, &node.pid(&pod));
        pause.assert_is_pause(ID);
        assert_ne!(pause.pid_in_namespace(), "1");
        for kind in ["pid", "net"] {
            assert_eq!(pause.namespace(kind), process(node, "1").namespace(kind));
        }
        assert!(processes(node, &containers[0]).contains("containerd"));
        assert_eq!(node.address(&pod), "");
        node.end(&pod);
    })?;
    report.step("shareProcessNamespace and hostNetwork: /pause is process 1 of the pod", || {
        let (pod, containers) = start(node, "shared-on-node", OfPod, OfNode);
        let pause = process(node, &node.pid(&pod));
        pause.assert_is_pause(ID);
        assert_eq!(pause.pid_in_namespace(), "1");
        assert_eq!(pause.namespace("net"), process(node, "1").namespace("net"));
        assert_eq!(process(node, &node.container_pid(&containers[0])).namespace("pid"), pause.namespace("pid"));
        node.end(&pod);
    })
}

/// Starts a pod with two containers.
#[track_caller]
fn start(node: &Node, name: &str, pid: NamespaceMode, network: NamespaceMode) -> (Pod, [Container; 2]) {
    let pod = node.run_pod(node.pod(name, pid, network));
    assert!(node.is_ready(&pod));
    let containers = [("first", FIRST), ("second", SECOND)].map(|(name, command)| {
        let command: Vec<&str> = command.split(' ').collect();
        node.run_container(&pod, name, &command)
    });
    (pod, containers)
}

/// Asserts that the pod's own address and its loopback interface answer.
#[track_caller]
fn assert_network(node: &Node, pod: &Pod, containers: &[Container; 2]) {
    assert_ne!(process(node, &node.pid(pod)).namespace("net"), process(node, "1").namespace("net"));
    let address = node.address(pod);
    let interfaces = node.output(&containers[0], &["/bin/busybox", "ip", "address"]);
    for address in [&format!("{address}/24"), "127.0.0.1/8"] {
        assert!(interfaces.contains(&format!("inet {address}")), "{interfaces}");
    }
    for address in ["127.0.0.1", &address] {
        node.output(&containers[1], &["/bin/busybox", "ping", "-c", "1", "-W", "10", address]);
    }
}

fn process<'node>(node: &'node Node, pid: &str) -> Process<'node> {
    Process::new(&node.containerd.machine, pid)
}

/// The process table that a container sees.
#[track_caller]
fn processes(node: &Node, container: &Container) -> String {
    node.output(container, &["/bin/busybox", "ps", "-o", "pid,args"])
}
