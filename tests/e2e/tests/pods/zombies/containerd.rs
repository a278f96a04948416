//! Pods on containerd, as the kubelet starts them.

use super::{Container, DOES_NOT_WAIT, NAMES, abandon, archive, install, job, look, look_all, look_with, until_found};
use crate::images::all;
use crate::init::ORPHANS;
use crate::oci_init::SLEEPS;
use e2e::node::SOCKET;
use e2e::process::Process;
use e2e::project::reference;
use e2e::report::Report;
use e2e::{Node, Release};
use k8s_cri::v1::NamespaceMode;
use nix::sys::signal::Signal;
use std::fs;
use testkit::until;

/// A UID of a pod. The kubelet names the pod's control group after it.
const UID: &str = "04f9ccf7-39a3-4cbd-b5cc-032759116f54";

pub fn run(report: &mut Report, release: Release) -> Option<()> {
    let node = report.step("the node starts", || {
        let (all, zombies) = (all(), archive());
        let archives: Vec<&str> = all.iter().chain([&zombies]).map(String::as_str).collect();
        let node = Node::start(release, reference(), &archives);
        install(&node.containerd.machine);
        node
    })?;
    report.set_version(&node.containerd.version());
    let machine = &node.containerd.machine;
    let before = node.inventory();
    let pod = |mode| node.run_pod(node.pod(&format!("pod{UID}"), mode, NamespaceMode::Node));
    report.step(
        "process 1 that does not reap is named, with its container and pod, also by name, and what heals it",
        || {
            let pod = pod(NamespaceMode::Container);
            let container = node.run_container(&pod, "app", &["sh", "-c", &abandon(ORPHANS)]);
            let finding =
                until_found(machine, &Container::Id(container.id.clone()), "process-1-does-not-reap", ORPHANS);
            finding.assert_says("place", UID);
            finding.assert_says("place", "\"names\":null");
            finding.assert_says("remedies", "shareProcessNamespace: true");
            finding.assert_says("remedies", "runtimeClassName: init");
            let it = Container::Id(container.id.clone());
            let [named] = &look_with(machine, &it, &[&format!("--cri={SOCKET}")])[..] else { panic!("one finding") };
            let metadata = pod.config.metadata.as_ref().expect("a pod has a name");
            named.assert_named("app", Some(&metadata.name), Some(&metadata.namespace));
            let [not_docker] = &look_with(machine, &it, &[&format!("--docker={SOCKET}")])[..] else {
                panic!("one finding")
            };
            not_docker.assert_says("place", "\"names\":null");
            node.end(&pod);
        },
    )?;
    report.step("control: with a shared PID namespace, pause reaps; a program that does not wait is named", || {
        let pod = pod(NamespaceMode::Pod);
        let orphans = node.run_container(&pod, "app", &["sh", "-c", &abandon(ORPHANS)]);
        until("the orphans are made", || node.output(&orphans, &["sh", "-c", SLEEPS]).contains("sleeps"));
        let fault = node.run_container(&pod, "fault", &["sh", "-c", DOES_NOT_WAIT]);
        let finding = until_found(machine, &Container::Id(fault.id.clone()), "parent-does-not-wait", 1);
        finding.assert_says("place", UID);
        let sleeps = || node.output(&fault, &["sh", "-c", NAMES]).matches("sleep").count();
        until("they are reaped", || sleeps() == 3); // both programs, and the zombie
        assert!(look(machine, &Container::Id(orphans.id.clone())).is_empty());
        node.end(&pod);
    })?;
    report.step("the Job of zombies-node.yaml sees the zombies of other pods, and their limits", || {
        let pod = pod(NamespaceMode::Container);
        let container = node.run_container(&pod, "app", &["sh", "-c", DOES_NOT_WAIT]);
        // The program is process 1 of its container.
        let it = Container::Id(container.id.clone());
        until_found(machine, &it, "process-1-does-not-reap", 1);
        let limits = machine.cgroups().map(|folder| folder.join(format!("pod{UID}/pids.max")));
        limits.filter(|file| file.exists()).for_each(|file| fs::write(file, "200").expect("root may set it"));
        let (status, found) = job::run(&node);
        let finding = found.into_iter().find(|finding| finding.is_of(&it));
        let finding = finding.expect("it sees the container");
        assert_eq!((status, finding.kind(), finding.zombies()), (1, "process-1-does-not-reap", 1));
        finding.assert_says("place", UID);
        finding.assert_says("limits", "\"limit\":200");
        node.end(&pod);
    })?;
    report.step("a container has ended, and its shim is stopped: the shim is named", || {
        let pod = pod(NamespaceMode::Container);
        let container = node.run_container(&pod, "app", &["sleep", "1000"]);
        let pid = node.container_pid(&container);
        let shim = Process::new(machine, &pid).status("PPid");
        machine.signal(&shim, Signal::SIGSTOP);
        machine.signal(&pid, Signal::SIGKILL);
        until("the shim is named", || {
            let found = look_all(machine, &[]);
            found.iter().any(|finding| {
                finding.kind() == "parent-stopped" && finding.0["parent"]["pid"].as_u64() == shim.parse().ok()
            })
        });
        machine.signal(&shim, Signal::SIGCONT);
        until("the shim reaps", || node.has_exited(&container));
        node.end(&pod);
    })?;
    report.step("all pods are removed: nothing is left", || {
        // containerd 2 now and then forgets the shim of a pod that has ended.
        before.until_restored(|| node.inventory(), |thing| thing == "process containerd-shim");
    })
}
