//! `containerd/switch.sh --check` and `--dry-run`, which change nothing.

use crate::comes_back::{BEFORE, config};
use crate::containerd::VERSION_2;
use crate::node::{CONFIG, Node, is_named};
use crate::{RELEASES, archive};
use e2e::project::{guarded, guarded_reference, reference};
use std::thread;

const SWITCH_AGAIN: &str = "run `sh /usr/local/lib/pause/switch.sh /usr/local/lib/pause/pause.tar`";

/// What `--check` prints, and its last reason. Nothing may change.
#[track_caller]
fn check(node: &Node) -> (String, String) {
    let before = (node.state(), node.images(), node.server());
    let output = node.switch("--check");
    assert_eq!((node.state(), node.images(), node.server()), before);
    assert_eq!(output.status.success(), output.stderr.is_empty(), "{output:?}");
    assert_eq!(output.status.success(), output.stdout.contains("all is well"), "{output:?}");
    (output.stdout, output.stderr)
}

#[test]
fn check_says_what_is_wrong_and_what_to_do() {
    for release in RELEASES {
        let node = Node::new(release, Some(&config(release)));
        let (facts, reasons) = check(&node);
        assert!(facts.contains(&format!("{BEFORE}, in {CONFIG}")) && facts.contains("not there"), "{facts}");
        assert!(reasons.contains("this node was not switched: run `sh switch.sh ARCHIVE`"), "{reasons}");

        // A pod with the former image, and one with ours.
        let import = "ctr -n k8s.io images import ARCHIVE && ctr -n k8s.io images tag IMAGE BEFORE";
        let import = import
            .replace("ARCHIVE", &guarded(archive()))
            .replace("IMAGE", guarded_reference())
            .replace("BEFORE", BEFORE);
        node.shell(&import).ok();
        node.run_pod("another").expect("a pod starts");
        node.switch(archive()).ok();
        node.run_pod("ours").expect("a pod starts");
        let (facts, reasons) = check(&node);
        assert_eq!(reasons, "");
        for fact in [reference(), "there, pinned, complete for this machine", "1 have this image, 1 another"] {
            assert!(facts.contains(fact), "{fact}: {facts}");
        }
        assert_eq!(facts.contains("does not tell the kubelet about pins"), release.is_empty(), "{facts}");

        // containerd 2 pins it again at once.
        if release != "forky" {
            node.shell(&format!("ctr -n k8s.io images label {} io.cri-containerd.pinned=", reference())).ok();
            let (facts, reasons) = check(&node);
            assert!(
                facts.contains("not pinned") && reasons.contains("the kubelet may delete the image"),
                "{facts}{reasons}"
            );
            assert!(reasons.contains(SWITCH_AGAIN), "{reasons}");
            node.shell(&format!("sh -c '{SWITCH_AGAIN}'").replace("run `", "").replace('`', "")).ok(); // what it says
            assert_eq!(check(&node).1, "");
        }

        // The configuration of the image is gone.
        let blob = "for blob in $(ctr -n k8s.io content ls -q); do
            ! ctr -n k8s.io content get $blob | grep -q '^{\"architecture\"' || ctr -n k8s.io content rm $blob; done";
        node.shell(blob).ok();
        let (facts, reasons) = check(&node);
        assert!(facts.contains("not complete") && reasons.contains("new pods may not start"), "{facts}{reasons}");
        node.switch(archive()).ok();
        assert_eq!(check(&node).1, "");

        node.remove_images();
        let (facts, reasons) = check(&node);
        assert!(facts.contains("not there") && reasons.contains("no pod starts unless"), "{facts}{reasons}");
        node.shell("sh /usr/local/lib/pause/switch.sh --heal").ok();
        assert_eq!(check(&node).1, "");

        // Something rewrites the configuration, as EKS does at each boot.
        node.write(&config(release));
        let (_, reasons) = check(&node);
        assert!(reasons.contains("something has rewritten the configuration since the switch"), "{reasons}");
        node.switch(archive()).ok();
        assert_eq!(check(&node).1, "");
    }
}

#[test]
fn a_dry_run_shows_what_the_switch_then_does() {
    thread::scope(|scope| {
        for release in RELEASES {
            scope.spawn(move || {
                let node = Node::with_systemd(release, VERSION_2);
                let before = (node.state(), node.images());
                let dry = node.switch(&format!("--dry-run {}", archive()));
                assert_eq!((node.state(), node.images()), before);
                assert!(dry.status.success(), "{dry:?}");
                node.switch(archive()).ok();
                let lines: Vec<_> = dry.stdout.lines().filter(|line| line.starts_with("+ ")).collect();
                assert_eq!(lines, [format!("+  sandbox_image = \"{}\"", reference())]);
                assert!(is_named(&node.config().expect("a file"), reference()));
                let written = |line: &str| line.strip_prefix("switch.sh: would write ").map(str::to_owned);
                let said: Vec<_> = dry.stderr.lines().filter_map(written).collect();
                assert_eq!(said.len(), 5, "{dry:?}");
                said.iter().for_each(|file| drop(node.shell(&format!("cat {file}")).ok()));
                let dry = node.switch(&format!("--dry-run {}", archive()));
                assert!(!dry.stderr.contains("would") && dry.stdout.is_empty(), "{dry:?}");
            });
        }
    });
}
