//! The sandbox image comes back: deleted or with containerd's whole store, for pods that start after that.

use crate::node::Node;
use crate::{RELEASES, archive};
use e2e::Release;
use e2e::machine::Output;
use e2e::node::configuration;
use e2e::project::reference;
use std::thread;
use std::time::{Duration, Instant};
use testkit::until;

/// The sandbox image before the switch.
pub const BEFORE: &str = "registry.example.com/pause:before";

/// The configuration of a node that runs pods.
pub fn config(release: &str) -> String {
    let release = match release {
        "" => Release::Own,
        "trixie" => Release::Trixie,
        _ => Release::Forky,
    };
    configuration(release, BEFORE)
}

/// Makes a node with systemd, and switches it.
#[track_caller]
fn switched(release: &str) -> Node {
    let node = Node::with_systemd(release, &config(release));
    node.switch(archive()).ok();
    node.switch("--check").ok();
    node
}

/// Runs a test on each release at the same time.
fn on_each_release(test: fn(&str)) {
    thread::scope(|scope| {
        for release in RELEASES {
            scope.spawn(move || test(release));
        }
    });
}

#[test]
fn a_deleted_image_is_back_within_a_minute() {
    on_each_release(|release| {
        let node = switched(release);
        node.run_pod("before").expect("a pod starts");
        node.remove_images();
        let start = Instant::now();
        node.refuses("--check", "run `sh /usr/local/lib/pause/switch.sh /usr/local/lib/pause/pause.tar`");
        until("the image is back", || node.is_pinned());
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
        node.run_pod("after").expect("a pod starts");
        let check = node.switch("--check").ok();
        assert!(check.contains("2 have this image, 0 another"), "{check}");
    });
}

#[test]
fn control_without_the_timer_a_deleted_image_stays_away_and_no_pod_starts() {
    let node = switched("");
    node.shell("systemctl stop pause-image.timer").ok();
    node.remove_images();
    let error = node.run_pod("pod").expect_err("the image is gone");
    assert!(error.message().contains(reference()), "{error}");
    node.refuses("--check", "nothing puts the image back");
    assert_eq!(node.images().lines().count(), 1, "only the header of the table");
}

/// Deletes the store of containerd while that is stopped, and starts it again.
#[track_caller]
fn wipe_store(node: &Node) -> Output {
    node.shell("systemctl stop containerd && rm -rf /var/lib/containerd/* && systemctl start containerd")
}

#[test]
fn after_a_wipe_of_its_store_containerd_starts_with_the_image() {
    on_each_release(|release| {
        let node = switched(release);
        wipe_store(&node).ok();
        node.run_pod("pod").expect("a pod starts");
        node.switch("--check").ok();
    });
}

#[test]
fn control_without_the_drop_in_a_wiped_image_stays_away() {
    let node = switched("");
    node.shell("rm /etc/systemd/system/containerd.service.d/50-pause.conf && systemctl daemon-reload").ok();
    node.refuses("--check", "nothing puts the image back");
    wipe_store(&node).ok();
    node.run_pod("pod").expect_err("the image is gone");
}

#[test]
fn a_store_that_is_wiped_under_containerd_needs_a_restart() {
    on_each_release(|release| {
        let node = switched(release);
        node.shell("rm -rf /var/lib/containerd/*").ok();
        let heal = node.shell("sh /usr/local/lib/pause/switch.sh --heal");
        assert!(heal.stderr.contains("no pod starts until it restarts"), "{heal:?}");
        node.refuses("--check", "no pod starts until it restarts");
        node.run_pod("before").expect_err("containerd has lost its store");
        node.shell("systemctl restart containerd").ok();
        node.run_pod("after").expect("a pod starts");
        node.switch("--check").ok();
    });
}

#[test]
fn an_import_that_fails_does_not_stop_containerd() {
    let node = switched("");
    node.shell(": > /usr/local/lib/pause/pause.tar").ok();
    wipe_store(&node).ok();
    node.shell("ctr version && systemctl is-active containerd").ok();
}

#[test]
fn the_image_comes_back_for_the_snapshotter_that_pods_use() {
    on_each_release(|release| {
        let native = "snapshotter = \"native\"\ndiscard_unpacked_layers = true\n";
        let table = if release == "forky" {
            format!("[plugins.\"io.containerd.cri.v1.images\"]\n{native}")
        } else {
            format!("[plugins.\"io.containerd.grpc.v1.cri\".containerd]\n{native}")
        };
        let node = Node::with_systemd(release, &(config(release) + &table));
        node.switch(archive()).ok();
        let complete =
            format!("ctr --namespace k8s.io images check --quiet --snapshotter native name=={}", reference());
        assert_eq!(node.shell(&complete).ok().trim(), reference());
        node.run_pod("before").expect("a pod starts");
        node.remove_images();
        node.shell("systemctl start pause-image.service").ok(); // as the timer does
        assert_eq!(node.shell(&complete).ok().trim(), reference());
        node.run_pod("after").expect("a pod starts");
    });
}

#[test]
fn where_usr_is_read_only_the_archive_is_kept_in_var() {
    let node = Node::with_systemd("", &config(""));
    node.shell("mount -o remount,ro /usr/local/lib").ok();
    let before = node.state();
    node.switch(archive()).ok();
    assert!(node.state().contains("var/lib/pause/pause.tar"));
    node.remove_images();
    node.shell("systemctl start pause-image.service").ok(); // as the timer does
    let check = node.switch("--check").ok();
    assert!(check.contains("from /var/lib/pause/pause.tar"), "{check}");
    node.switch("--undo").ok();
    assert_eq!(node.state(), before);
}

#[test]
fn undo_leaves_systemd_as_before() {
    on_each_release(|release| {
        let node = Node::with_systemd(release, &config(release));
        let show = "systemctl show --property=ExecStartPost,Wants,DropInPaths,NeedDaemonReload containerd; systemctl list-units --all";
        let (before, units) = (node.state(), node.shell(show).ok());
        node.switch(archive()).ok();
        assert_ne!(node.shell(show).ok(), units);
        assert!(node.state().contains("pause-image.timer"));
        node.switch("--undo").ok();
        assert_eq!((node.state(), node.shell(show).ok()), (before, units));
    });
}

#[test]
fn systemd_finds_no_fault_in_the_units() {
    let node = switched("");
    let folder = "/etc/systemd/system";
    let units = format!("{folder}/pause-image.service {folder}/pause-image.timer containerd.service");
    // The node's file systems, without the read-only root.
    let mut verify = std::process::Command::new("systemd-analyze");
    verify.args(["verify"]).args(units.split(' '));
    let output = node.machine.run(verify);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
