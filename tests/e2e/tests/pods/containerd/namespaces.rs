//! Which namespaces process 1 of a pod is in, what it may do, and who shares them with it.

use e2e::Node;
use e2e::pod::{Container, Pod};
use e2e::report::Report;
use k8s_cri::v1::NamespaceMode::{self, Container as OfEach, Node as OfNode, Pod as OfPod};
use procfs::process::Process;
use std::fs;
use std::path::PathBuf;
use testkit::process_table::rows_in;

const NOBODY: u32 = 65535;
const SECCOMP_FILTER: u32 = 2;

/// How the two containers are told from each other in a list of processes.
const FIRST: &str = "sleep 1001";
const SECOND: &str = "sleep 1002";

pub fn run(report: &mut Report, node: &Node) -> Option<()> {
    report.step("shareProcessNamespace: /pause is process 1 of all, and may do nothing", || {
        let (pod, containers) = start(node, "shared", OfPod, OfPod);
        let init = node.pid(&pod);
        assert_is_pause(node, &init);
        assert_eq!(pids(node, &init).last(), Some(&1));
        for (container, other) in containers.iter().zip([SECOND, FIRST]) {
            assert_eq!(namespace(node, &node.container_pid(container), "pid"), namespace(node, &init, "pid"));
            let list = processes(node, container);
            assert!(list.contains(other) && list.contains("/pause"), "{list}");
        }
        assert_network(node, &pod, &containers);
        node.end(&pod);
    });
    report.step("not shared: each container has its process 1, /pause is alone", || {
        let (pod, containers) = start(node, "not-shared", OfEach, OfPod);
        let init = node.pid(&pod);
        assert_is_pause(node, &init);
        assert_eq!(pids(node, &init).last(), Some(&1));
        let alone = rows_in(&node.proc_of(&init));
        assert_eq!(alone.iter().map(|row| &*row.command).collect::<Vec<_>>(), ["pause"]);
        for (container, other) in containers.iter().zip([SECOND, FIRST]) {
            let pid = node.container_pid(container);
            assert_ne!(namespace(node, &pid, "pid"), namespace(node, &init, "pid"));
            assert_eq!(pids(node, &pid).last(), Some(&1));
            let list = processes(node, container);
            assert!(!list.contains(other) && !list.contains("/pause"), "{list}");
        }
        assert_network(node, &pod, &containers);
        node.end(&pod);
    });
    report.step("hostPID and hostNetwork: /pause lives among the node's processes", || {
        let (pod, containers) = start(node, "of-the-node", OfNode, OfNode);
        let init = node.pid(&pod);
        assert_is_pause(node, &init);
        assert_ne!(pids(node, &init).last(), Some(&1));
        for kind in ["pid", "net"] {
            assert_eq!(namespace(node, &init, kind), namespace(node, "1", kind));
        }
        assert!(processes(node, &containers[0]).contains("containerd"));
        assert_eq!(node.address(&pod), "");
        node.end(&pod);
    });
    report.step("shareProcessNamespace with hostNetwork: /pause is process 1 of all", || {
        let (pod, containers) = start(node, "shared-on-node", OfPod, OfNode);
        let init = node.pid(&pod);
        assert_is_pause(node, &init);
        assert_eq!(namespace(node, &init, "net"), namespace(node, "1", "net"));
        assert_eq!(namespace(node, &node.container_pid(&containers[0]), "pid"), namespace(node, &init, "pid"));
        node.end(&pod);
    })
}

/// A pod with two containers.
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

/// A process of the node is ours, has the user of the image, and may do nothing.
#[track_caller]
pub fn assert_is_pause(node: &Node, pid: &str) {
    node.containerd.machine.until_it_waits(pid);
    let process = process(node, pid);
    assert_eq!(process.exe().expect("it lives"), PathBuf::from("/pause"));
    assert_eq!(process.cmdline().expect("it lives"), ["/pause"]);
    let status = process.status().expect("it lives");
    assert_eq!([status.ruid, status.euid, status.suid, status.fuid], [NOBODY; 4]);
    assert_eq!([status.rgid, status.egid, status.sgid, status.fgid], [NOBODY; 4]);
    // Nobody may not change what they could be given on execution (the bounding set), and `no_new_privs` makes it void.
    assert_eq!((status.capeff, status.capprm, status.capinh, status.capamb), (0, 0, 0, Some(0)));
    assert_eq!((status.nonewprivs, status.seccomp), (Some(1), Some(SECCOMP_FILTER)));
}

/// The pod has an address of its own, at which another process of it answers, and a loopback that is up.
#[track_caller]
fn assert_network(node: &Node, pod: &Pod, containers: &[Container; 2]) {
    assert_ne!(namespace(node, &node.pid(pod), "net"), namespace(node, "1", "net"));
    let address = node.address(pod);
    let interfaces = node.said(&containers[0], &["/bin/busybox", "ip", "address"]);
    assert!(
        interfaces.contains(&format!("inet {address}/24")) && interfaces.contains("inet 127.0.0.1/8"),
        "{interfaces}"
    );
    for address in ["127.0.0.1", &address] {
        node.said(&containers[1], &["/bin/busybox", "ping", "-c", "1", "-W", "10", address]);
    }
}

#[track_caller]
fn process(node: &Node, pid: &str) -> Process {
    Process::new_with_root(node.containerd.machine.proc(pid)).expect("it lives")
}

/// Its numbers, in its own namespace last.
#[track_caller]
fn pids(node: &Node, pid: &str) -> Vec<i32> {
    process(node, pid).status().expect("it lives").nspid.expect("this kernel tells")
}

#[track_caller]
fn namespace(node: &Node, pid: &str, kind: &str) -> PathBuf {
    fs::read_link(node.containerd.machine.proc(pid).join("ns").join(kind)).expect("it lives")
}

/// The processes that a container sees.
#[track_caller]
fn processes(node: &Node, container: &Container) -> String {
    node.said(container, &["/bin/busybox", "ps", "-o", "pid,args"])
}
