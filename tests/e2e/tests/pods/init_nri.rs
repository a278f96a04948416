//! `init-nri`, which puts init before the program of a container on a node whose containerd has no handler for it.
//!
//! No release of Debian has a containerd that can change a container's arguments (2.2 can) and tells its seccomp profile (2.2.1
//! does). With `make e2e CONTAINERD=FOLDER`, the folder's containerd is taken.

use crate::images::all;
use crate::init::{ORPHANS, put_init};
use crate::oci_init::containerd::{comm, has_trap, start_pod, zombies};
use e2e::pod::Container;
use e2e::project::{init_nri, reference};
use e2e::report::Report;
use e2e::{Node, Release, release};
use k8s_cri::v1::NamespaceMode::{self, Container as Own};
use k8s_cri::v1::SecurityProfile;
use k8s_cri::v1::security_profile::ProfileType;
use nix::sys::signal::Signal;
use serde_json::json;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use testkit::{PodProcess, until};

/// The path of init on the node.
const INIT_AT: &str = crate::init::INIT_AT;

/// Where the plugin writes its lines.
const LOG_AT: &str = "/run/init-nri.log";

/// How the pod demands the plugin, and how the node takes notice of that.
const DEMANDS: (&str, &str) = ("required-plugins.noderesource.dev", "[\"init-nri\"]");
const VALIDATOR: &str = "[plugins.\"io.containerd.nri.v1.nri\".default_validator]\nenable = true\n";

/// The annotation by which a pod asks for init.
const ASKS: (&str, &str) = ("init.pause/enabled", "true");

/// A containerd that is too old.
pub fn run_old(report: &mut Report) -> Option<()> {
    let node = report.step("the node starts", || start(Release::Forky, ""))?;
    let version = node.containerd.version();
    report.set_version(&version);
    report.step("the plugin registers, is told the version, says what to do, and exits", || {
        assert!(version.starts_with("2.1."), "{version} can change arguments: it belongs into the other row");
        let output = node.containerd.machine.run(plugin());
        let line = format!("init-nri: containerd {version} is not known to change a container's arguments, as ");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stderr.starts_with(&line) && output.stderr.lines().count() == 1, "{output:?}");
    })?;
    report.step("containers start as without it", || assert_eq!(zombies(&node, "", &[ASKS], false), ORPHANS))
}

/// A containerd that can change arguments.
pub fn run(report: &mut Report) -> Option<()> {
    if !release::is_given() {
        report.note("not tried: Debian has no containerd 2.2; make e2e CONTAINERD=FOLDER takes one");
        return Some(());
    }
    let mut node =
        report.step("the node starts, without a change for the plugin", || start(Release::Given, VALIDATOR))?;
    report.set_version(&node.containerd.version());
    let before = node.inventory();
    report.step("control: without the plugin, orphans of a pod that asks stay zombies", || {
        assert_eq!(zombies(&node, "", &[ASKS], false), ORPHANS);
    })?;
    report.step("a pod that demands the plugin is refused while it is down", || {
        let pod = start_pod(&node, "demands", Own, "", &[ASKS, DEMANDS]);
        let error = node.try_to_run_container(&pod, "app", &["sleep", "1000"]).err().expect("it is refused");
        assert!(error.message().contains("required plugin \"init-nri\" not present"), "{error}");
        node.end(&pod);
    })?;
    let plugin = report.step("the plugin registers", || start_plugin(&node))?;
    report.step("orphans of a pod that asks are reaped; control: those of another pod stay", || {
        assert_eq!(zombies(&node, "", &[ASKS, DEMANDS], true), 0);
        assert_eq!(zombies(&node, "", &[], false), ORPHANS);
    })?;
    report.step("the sandbox is left alone; SIGTERM reaches the program; it starts again", || {
        let pod = start_pod(&node, "app", Own, "", &[ASKS]);
        until("the sandbox is pause", || comm(&node, &node.pid(&pod)) == "pause\n");
        for name in ["first", "again"] {
            let script = "trap 'exit 5' TERM; while :; do sleep 0.1; done";
            let container = node.run_container(&pod, name, &["sh", "-c", script]);
            until("init is process 1", || process_1(&node, &container).starts_with("/.init -- sh "));
            until("the shell has its trap", || has_trap(&node, &container));
            assert_eq!(node.stop_container(&container, 100), 5);
        }
        node.end(&pod);
    })?;
    report.step("the program of the image is known; two plugins, as in an update, change it once", || {
        let second = start_plugin(&node);
        let pod = start_pod(&node, "image", Own, "", &[ASKS]);
        let container = node.run_container(&pod, "app", &[]);
        until("init is process 1 of it", || process_1(&node, &container) == "/.init -- /bin/sleep infinity ");
        end_plugin(second);
        node.end(&pod);
    })?;
    report.step("a shared PID namespace is left to pause", || {
        let pod = start_pod(&node, "shared", NamespaceMode::Pod, "", &[ASKS]);
        let container = node.run_container(&pod, "app", &["sleep", "1000"]);
        until("the program is the first process", || comm(&node, &node.container_pid(&container)) == "sleep\n");
        node.end(&pod);
    })?;
    report.step("annotations choose options for all containers, or turn it off for one", || {
        let annotations = [ASKS, ("init.pause/grace-period", "10"), ("init.pause/enabled.other", "false")];
        let pod = start_pod(&node, "options", Own, "", &annotations);
        for (name, line) in [("app", "/.init -t 10 -- sleep 1000 "), ("other", "sleep 1000 ")] {
            let container = node.run_container(&pod, name, &["sleep", "1000"]);
            // Until then, it is still the runtime's own.
            until(&format!("process 1 of {name} is {line}"), || process_1(&node, &container) == line);
        }
        node.end(&pod);
    })?;
    report.step("an annotation that makes no sense refuses the container; the kubelet gets the line", || {
        let pod = start_pod(&node, "wrong", Own, "", &[("init.pause/grace-period", "10s")]);
        let error = node.try_to_run_container(&pod, "app", &["sleep", "1000"]).err().expect("it is refused");
        let line =
            "init-nri: the annotation init.pause/grace-period is \"10s\": write a number of seconds, such as \"10\"";
        assert!(error.message().contains(line), "{error}");
        node.end(&pod);
    })?;
    report.step(
        "a profile that refuses a call that init needs refuses the container; other profiles do not",
        || {
            let pod = start_pod(&node, "profiles", Own, "", &[ASKS]);
            let run = |name: &str, refused: &str| {
                let rule = json!({ "names": [refused], "action": "SCMP_ACT_ERRNO" });
                let profile = json!({ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule] });
                let path = format!("/var/lib/kubelet/seccomp/{name}.json");
                node.containerd.machine.write(&path, &profile.to_string());
                let profile = SecurityProfile { profile_type: ProfileType::Localhost.into(), localhost_ref: path };
                node.try_to_run_container_with(Some(profile), &pod, name, &["sleep", "1000"])
            };
            let error = run("refuses", "wait4").err().expect("it is refused");
            let line = "init-nri: the container's seccomp profile refuses system calls that init needs: wait4; ";
            assert!(error.message().contains(line), "{error}");
            let container = run("allows", "mount").expect("it is not refused");
            until("init is process 1 of it", || process_1(&node, &container) == "/.init -- sleep 1000 ");
            node.end(&pod);
        },
    )?;
    report.step("a megabyte of arguments arrives", || {
        let pod = start_pod(&node, "long", Own, "", &[ASKS]);
        let words = vec!["x".repeat(100_000); 10];
        let mut command = vec!["sh", "-c", "echo $# ${#1} ${#10} > /dev/shm/words; exec sleep 1000", "sh"];
        command.extend(words.iter().map(String::as_str));
        let container = node.run_container(&pod, "app", &command);
        let read = &["sh", "-c", "cat /dev/shm/words || true"];
        until("the program has counted them", || node.output(&container, read) == "10 100000 100000\n");
        assert!(
            process_1(&node, &container).starts_with("/.init -- sh -c "),
            "a plugin whose answer fails is left out"
        );
        node.end(&pod);
    })?;
    report.step("containerd is killed and starts again: the plugin registers again", || {
        let lines = registrations(&node);
        node.kill_and_start_again();
        until("it has registered again", || registrations(&node) == lines + 1);
        assert_eq!(zombies(&node, "", &[ASKS, DEMANDS], true), 0);
    })?;
    report.step("SIGTERM ends the plugin; containers start as without it", || {
        end_plugin(plugin);
        assert_eq!(zombies(&node, "", &[ASKS], false), ORPHANS);
    })?;
    report.step("all pods are removed: nothing is left", || {
        // containerd 2 now and then forgets the shim of a pod that has ended.
        before.until_restored(|| node.inventory(), |thing| thing == "process containerd-shim");
    })
}

#[track_caller]
fn start(release: Release, lines: &str) -> Node {
    Node::start_after(release, reference(), &all().each_ref().map(String::as_str), lines, put_init)
}

/// The plugin, as the DaemonSet starts it: as root, and without any capability.
fn plugin() -> Command {
    let mut plugin = Release::Forky.program("setpriv");
    plugin.args(["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]).arg(init_nri());
    plugin.args(["--init", INIT_AT]);
    plugin
}

/// Starts it on a node. Returns when it has registered.
#[track_caller]
fn start_plugin(node: &Node) -> PodProcess {
    let log = File::options().append(true).create(true).open(node.containerd.machine.path(LOG_AT));
    let log = log.expect("a file can be written");
    let before = registrations(node);
    let mut plugin = plugin();
    plugin.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    let process = node.containerd.machine.start(plugin);
    until("the plugin has registered", || registrations(node) == before + 1);
    process
}

/// Ends it as the kubelet does.
#[track_caller]
fn end_plugin(mut plugin: PodProcess) {
    plugin.signal(Signal::SIGTERM as i32);
    until("the plugin has ended", || plugin.status().is_some());
    assert_eq!(plugin.wait().status.code(), Some(0));
}

/// How often plugins have registered.
fn registrations(node: &Node) -> usize {
    let log = fs::read_to_string(node.containerd.machine.path(LOG_AT)).expect("there is a log");
    log.lines().filter(|line| line.starts_with("init-nri: registered with containerd ")).count()
}

/// The command line of a container's process 1.
fn process_1(node: &Node, container: &Container) -> String {
    node.output(container, &["sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline"])
}
