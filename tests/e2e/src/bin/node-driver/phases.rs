//! The phases of the test: what happens from one boot of the node to the next.

use crate::node::{ORPHANS, Switched, until_it_is_booted};
use e2e::events::Events;
use e2e::report::Report;
use nix::sys::signal::Signal;
use std::path::Path;
use testkit::until;

/// The user and group ID of our image.
const ID: u32 = 65535;

/// The commands of the page.
const DRY_RUN: &str = "sh switch.sh --dry-run";
const SWITCH: &str = "sh switch.sh pause-";
const UNDO: &str = "sh switch.sh --undo";

const BOOTED: &str = "systemd runs the node: no unit has failed, only cgroups of version 2";

/// The node is switched, and runs pods.
pub fn switch(report: &mut Report) -> Option<()> {
    report.step(BOOTED, until_it_is_booted)?;
    let mut node = report.step("containerd is configured as for kubeadm, with systemd's cgroups", || {
        Switched::configure();
        let node = Switched::here();
        node.import_busybox();
        node
    })?;
    report.set_version(&node.node.containerd.version());
    let former = report.step("control: with the former sandbox image, 500 orphans stay zombies", || {
        let former = node.start_pod("former");
        assert_eq!(node.zombies_of_orphans(&former), ORPHANS);
        former.0
    })?;
    report.step("`switch.sh --dry-run` changes nothing", || {
        node.keep_state();
        node.shell(&node.page.command(DRY_RUN).line).ok();
        node.assert_state_is_restored();
    })?;
    report.step("`switch.sh` switches the node, and prints what the page says", || follow(&mut node, SWITCH))?;
    report.step("a pod starts; its process 1 is /pause, in a cgroup that systemd made", || {
        is_ours(&node, "first");
    })?;
    report.step("`switch.sh --check` finds one pod with our image, and the former one", || {
        let pod = node.start_pod("second");
        node.check(2, 1);
        [pod.0, former].iter().for_each(|pod| node.node.end(pod));
    });
    report.step("500 orphans are reaped", || {
        let pod = node.start_pod("orphans");
        assert_eq!(node.zombies_of_orphans(&pod), 0);
        node.node.end(&pod.0);
    })?;
    report.step("SIGTERM ends a sandbox with status 0, and the pod with it", || {
        let events = Events::of(&node.node.containerd);
        let (pod, container) = node.start_pod("stopped");
        let process_1 = node.process_1(&pod);
        process_1.until_it_waits();
        process_1.signal(Signal::SIGTERM);
        assert_eq!(events.exit_status(&pod.id), 0);
        until("the container has exited", || node.node.has_exited(&container));
        node.node.end(&pod);
    })?;
    report.step("all images are deleted: the timer brings ours back, and a pod starts", || {
        node.shell("ctr -n k8s.io images rm --sync $(ctr -n k8s.io images ls --quiet)").ok();
        node.until_the_image_is_back();
        node.import_busybox();
        is_ours(&node, "healed");
        let log = node.shell("journalctl --boot --unit pause-image --output cat").ok();
        assert!(log.contains("it is there again"), "{log}");
    })
}

/// Waits until the node has booted after a switch. The step `check` runs `switch.sh --check`.
fn booted(report: &mut Report, check: &str) -> Option<Switched> {
    report.step(BOOTED, until_it_is_booted)?;
    let node = report.step(check, || {
        let node = Switched::here();
        node.check(0, 0);
        node
    })?;
    report.set_version(&node.node.containerd.version());
    Some(node)
}

/// The node has rebooted.
pub fn reboot(report: &mut Report) -> Option<()> {
    let mut node = booted(report, "after the reboot, `switch.sh --check` finds no fault")?;
    report.step("two pods have our sandbox; `--check` prints what the page says", || {
        is_ours(&node, "third");
        is_ours(&node, "fourth");
        node.check(2, 0);
    })?;
    report.step("containerd starts with an empty store: the image returns, a pod starts", || {
        node.shell("systemctl stop containerd && rm -rf /var/lib/containerd/* && systemctl start containerd").ok();
        node = Switched::here();
        node.until_the_image_is_back(); // on a slow node, the timer imports it
        node.import_busybox();
        is_ours(&node, "fifth");
    })?;
    report.step("`switch.sh --undo`, and `switch.sh` again; then the power is cut", || {
        follow(&mut node, UNDO);
        node.assert_state_is_restored();
        node.follow_page(SWITCH); // the power is cut as soon as it has ended
    })
}

/// The power was cut right after a switch.
pub fn power_cut(report: &mut Report) -> Option<()> {
    let mut node = booted(report, "after the power cut `switch.sh --check` finds no fault")?;
    report.step("a pod has our sandbox, and 500 orphans are reaped", || {
        node.import_busybox();
        is_ours(&node, "sixth");
        let pod = node.start_pod("seventh");
        assert_eq!(node.zombies_of_orphans(&pod), 0);
    })?;
    report.step("`switch.sh --undo` brings everything back, and prints what the page says", || {
        follow(&mut node, UNDO);
        node.assert_state_is_restored();
    })?;
    report.step("control: pods have the former image again; 500 orphans stay zombies", || {
        let pod = node.start_pod("last");
        assert_ne!(node.process_1(&pod.0).executable(), Path::new("/pause"));
        assert_eq!(node.zombies_of_orphans(&pod), ORPHANS);
        node.node.end(&pod.0);
    })
}

/// Runs a command of the page that restarts containerd, and must print what it prints there.
#[track_caller]
fn follow(node: &mut Switched, words: &str) {
    node.follow_page(words);
    *node = Switched::here(); // its connection has ended
}

/// Starts a pod, and asserts that its sandbox is ours, and that its container shares its processes.
#[track_caller]
fn is_ours(node: &Switched, name: &str) {
    let (pod, container) = node.start_pod(name);
    let pause = node.process_1(&pod);
    pause.assert_is_pause(ID);
    assert_eq!(pause.pid_in_namespace(), "1");
    let table = node.node.output(&container, &["/bin/busybox", "ps", "-o", "pid,args"]);
    assert!(table.contains("1 /pause") && table.contains("sleep infinity"), "{table}");
    let slice = format!("0::/kubepods.slice/kubepods-{name}.slice/cri-containerd-{}.scope", pod.id);
    assert_eq!(pause.cgroups().trim(), slice);
}
