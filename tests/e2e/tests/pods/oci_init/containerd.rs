//! `runtimeClassName: init` on containerd, with the files of `manifests/oci-init`; and, for comparison, pods without it.

use super::{RUNTIME_AT, SLEEPS, install};
use crate::images::all;
use crate::init::ORPHANS;
use e2e::pod::{Container, Pod};
use e2e::project::{folder, reference};
use e2e::report::Report;
use e2e::{Node, Release};
use k8s_cri::v1::NamespaceMode;
use std::fs;
use testkit::until;

/// The handler's name, as in `manifests/oci-init/runtime-class.yaml`.
const HANDLER: &str = "init";

pub fn run(report: &mut Report, release: Release) -> Option<()> {
    let node = report.step("the node starts with the handler of the manifest", || start(release))?;
    report.set_version(&node.containerd.version());
    let before = node.inventory();
    report.step("a pod of that class: its orphans are reaped; control: without it they stay", || {
        assert_eq!(zombies(&node, HANDLER, &[], true), 0);
        assert_eq!(zombies(&node, "", &[], false), ORPHANS);
    })?;
    report.step("the sandbox is left alone; execs work; SIGTERM reaches the program; it starts again", || {
        let pod = start_pod(&node, "app", NamespaceMode::Container, HANDLER, &[]);
        until("the sandbox is pause", || comm(&node, &node.pid(&pod)) == "pause\n");
        for name in ["first", "again"] {
            let script = "trap 'exit 5' TERM; while :; do sleep 0.1; done";
            let container = node.run_container(&pod, name, &["sh", "-c", script]);
            until("init is process 1", || node.output(&container, &["sh", "-c", "cat /proc/1/comm"]) == ".init\n");
            until("the shell has its trap", || has_trap(&node, &container));
            assert_eq!(node.stop_container(&container, 100), 5);
        }
        node.end(&pod);
    })?;
    report.step("a shared PID namespace is left to pause", || {
        let pod = start_pod(&node, "shared", NamespaceMode::Pod, HANDLER, &[]);
        let container = node.run_container(&pod, "app", &["sleep", "1000"]);
        until("the program is the container's first process", || {
            comm(&node, &node.container_pid(&container)) == "sleep\n"
        });
        node.end(&pod);
    })?;
    report.step("annotations of the pod choose options, for one container, or turn it off", || {
        let annotations = [("init.pause/grace-period", "10"), ("init.pause/enabled.other", "false")];
        let pod = start_pod(&node, "options", NamespaceMode::Container, HANDLER, &annotations);
        for (name, line) in [("app", "/.init -t 10 -- sleep 1000 "), ("other", "sleep 1000 ")] {
            let container = node.run_container(&pod, name, &["sleep", "1000"]);
            // Until then, it is still the runtime's own.
            until(&format!("process 1 of {name} is {line}"), || {
                node.output(&container, &["sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline"]) == line
            });
        }
        node.end(&pod);
    })?;
    report.step("an annotation that makes no sense refuses the container; the kubelet gets the line", || {
        let pod = start_pod(&node, "wrong", NamespaceMode::Container, HANDLER, &[("init.pause/grace-period", "10s")]);
        let error = node.try_to_run_container(&pod, "app", &["sleep", "1000"]).err().expect("it is refused");
        let line =
            "oci-init: the annotation init.pause/grace-period is \"10s\": write a number of seconds, such as \"10\"";
        assert!(error.message().contains(line), "{error}");
        node.end(&pod);
    })?;
    report.step("all pods are removed: nothing is left", || {
        // containerd 2 now and then forgets the shim of a pod that has ended.
        before.until_restored(|| node.inventory(), |thing| thing == "process containerd-shim");
    })
}

#[track_caller]
fn start(release: Release) -> Node {
    let version = if release == Release::Forky { 3 } else { 2 };
    let file = folder().join(format!("manifests/oci-init/containerd-version-{version}.toml"));
    let table = fs::read_to_string(file).expect("a file of the project");
    // The node's configuration has no other handler.
    let table = ["[plugins", "runtime_type", "SystemdCgroup"]
        .iter()
        .fold(table, |table, line| table.replace(&format!("\n# {line}"), &format!("\n{line}")));
    // Without systemd, and where the machine has the program.
    let lines =
        table.replace("SystemdCgroup = true", "SystemdCgroup = false").replace("/usr/local/bin/oci-init", RUNTIME_AT);
    assert!(lines.contains(RUNTIME_AT) && lines.contains("= false"), "{lines}");
    Node::start_after(release, reference(), &all().each_ref().map(String::as_str), &lines, |machine| {
        machine.overlay_etc();
        let runc = if release == Release::Forky { release } else { Release::Own }.program("runc");
        install(machine, &runc.get_program().to_string_lossy());
    })
}

/// Starts a pod with these annotations.
#[track_caller]
pub fn start_pod(node: &Node, name: &str, pid: NamespaceMode, handler: &str, annotations: &[(&str, &str)]) -> Pod {
    let mut config = node.pod(name, pid, NamespaceMode::Pod);
    config.annotations = annotations.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    node.run_pod_with(config, handler)
}

/// The name of a process of the node.
pub fn comm(node: &Node, pid: &str) -> String {
    fs::read_to_string(node.containerd.machine.proc(pid).join("comm")).expect("it is alive")
}

/// Whether the program of a container catches SIGTERM. It is the only child of process 1.
pub fn has_trap(node: &Node, container: &Container) -> bool {
    let script = "grep -h ^SigCgt /proc/$(cut -d ' ' -f 1 /proc/1/task/1/children)/status";
    let mask = node.output(container, &["sh", "-c", script]);
    let mask = mask.split_whitespace().nth(1).and_then(|mask| u64::from_str_radix(mask, 16).ok()).expect("a mask");
    mask & (1 << (nix::libc::SIGTERM - 1)) != 0
}

/// Lets a container make orphans, and returns how many of them stay as zombies.
pub fn zombies(node: &Node, handler: &str, annotations: &[(&str, &str)], has_init: bool) -> usize {
    let pod = start_pod(node, "orphans", NamespaceMode::Container, handler, annotations);
    let script = format!("for i in $(seq {ORPHANS}); do (sleep 4 &); done; exec sleep 1000");
    let container = node.run_container(&pod, "app", &["sh", "-c", &script]);
    let count = |state: &str| {
        let script = format!("grep -l '^[0-9]* (sleep) {state} 1 ' /proc/[0-9]*/stat | wc -l");
        node.output(&container, &["sh", "-c", &script]).trim().parse::<usize>().expect("a number")
    };
    // The program itself is a sleeping child of init; without init it is process 1.
    let alive = usize::from(has_init);
    until("the program sleeps", || node.output(&container, &["sh", "-c", SLEEPS]).contains("sleeps"));
    until("the orphans have ended", || count("[RSD]") <= alive);
    until("all of them are reaped, or none", || [0, ORPHANS].contains(&count("Z")));
    let zombies = count("Z");
    node.end(&pod);
    zombies
}
