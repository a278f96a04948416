//! `containerd/switch.sh`, killed before each of the commands that change something: a second run completes it, and undo
//! leaves the node as it was.

use crate::containerd::VERSION_2;
use crate::node::Node;
use crate::{archive, manifest};
use e2e::project::reference;

/// Programs that count their calls in one number, and kill the script at the call that `/run/at` says.
const COUNTED: &str = r#"
    mkdir /run/counted
    for name in cp mv rm rmdir mkdir ln cat sync tar awk ctr; do
        real=$(command -v $name)
        printf '#!/bin/sh\nread -r count < /run/count; count=$((count + 1)); echo $count > /run/count
            read -r at < /run/at; [ $count != $at ] || kill -9 $(readlink /run/pause-switch.lock)\nexec %s "$@"\n' "$real" \
            > /run/counted/$name
        chmod +x /run/counted/$name
    done"#;

/// Runs the script, which is killed at a call. Returns whether it was.
#[track_caller]
fn is_killed(node: &Node, argument: &str, at: u32) -> bool {
    let script = manifest("containerd/switch.sh");
    let line = format!(
        "echo 0 > /run/count; echo {at} > /run/at; PATH=/run/counted:$PATH sh {} {argument} > /run/output 2>&1",
        script.display()
    );
    let killed = !node.shell(&line).status.success();
    assert!(killed || node.shell("cat /run/count").ok().trim().parse::<u32>().expect("a number") < at, "{at}");
    node.shell("until ctr version > /dev/null 2>&1; do sleep 0.05; done").ok(); // a child of the killed script may restart it
    killed
}

#[test]
fn a_killed_switch_can_be_completed_or_undone() {
    let node = Node::new("", Some(VERSION_2));
    node.shell(COUNTED).ok();
    let before = node.state();
    let mut kills = 0;
    // Before the first of them, the script has no lock.
    for at in 3.. {
        if !is_killed(&node, archive(), at) {
            break;
        }
        kills += 1;
        if at % 2 == 0 {
            node.switch(archive()).ok();
            node.switch("--check").ok();
        }
        node.switch("--undo").ok();
        assert_eq!(node.state(), before, "after the call {at}");
        node.shell(&format!("ctr -n k8s.io images rm {} || true", reference())).ok();
    }
    assert!(kills > 30, "{kills}");
}

#[test]
fn a_killed_undo_can_be_completed() {
    let node = Node::new("", Some(VERSION_2));
    node.shell(COUNTED).ok();
    let before = node.state();
    let mut kills = 0;
    for at in 3.. {
        node.switch(archive()).ok();
        let killed = is_killed(&node, "--undo", at);
        node.switch("--undo").ok();
        assert_eq!(node.state(), before, "after the call {at}");
        assert!(!node.is_pinned());
        if !killed {
            break;
        }
        kills += 1;
    }
    assert!(kills > 10, "{kills}");
}
