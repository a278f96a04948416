//! `oci-init/install.sh`, run on nodes with containerd of each release.

use crate::comes_back::{BEFORE, config};
use crate::node::{CONFIG, Node};
use crate::switch::configs;
use crate::{RELEASES, archive, manifest};
use e2e::machine::Output;
use e2e::project::{folder, oci_init, reference};
use std::fs;
use std::thread;

pub const FILES: &[&str] = &["oci-init/install.sh"];

/// The folder of the script and the programs on the node.
const FOLDER: &str = "/run/oci-init";

/// The programs that it installs, and what else it may leave.
const STATE: &str = "cd /; find usr/local/bin run/node -type f | sort | xargs --no-run-if-empty sha256sum";

/// Starts a node that has the script and the programs.
#[track_caller]
fn node(release: &str, config: Option<&str>) -> Node {
    let node = Node::new(release, config);
    node.shell(&format!("mount -t tmpfs node /usr/local/bin; mkdir {FOLDER}")).ok();
    for (file, name) in [
        (manifest(FILES[0]), "install.sh"),
        (oci_init().into(), "oci-init"),
        (folder().join("target/release/init"), "init"),
    ] {
        fs::copy(file, node.machine.path(FOLDER).join(name)).expect("the file is there");
    }
    node
}

/// Runs the script with one argument, or none.
#[track_caller]
fn install(node: &Node, argument: &str) -> Output {
    node.shell(&format!("sh {FOLDER}/install.sh {argument}"))
}

/// Asserts that the script fails with this message, and leaves everything as it was.
#[track_caller]
fn assert_refuses(node: &Node, argument: &str, message: &str) {
    let before = node.config();
    let output = install(node, argument);
    assert_eq!(output.status.code(), Some(1), "{output:#?}");
    assert!(output.stderr.contains(message), "{message}: {output:#?}");
    assert_eq!(node.config(), before, "{message}");
}

#[test]
fn install_and_undo_can_each_run_twice() {
    thread::scope(|scope| {
        for release in RELEASES {
            scope.spawn(move || {
                configs(release).iter().for_each(|config| install_and_undo(release, config.as_deref()));
            });
        }
    });
}

#[track_caller]
fn install_and_undo(release: &str, config: Option<&str>) {
    let node = node(release, config);
    let state = node.shell(STATE).ok();
    let before = config.map(|_| node.dump());
    assert_eq!(install(&node, "--check").status.code(), Some(1), "the control: nothing is installed");

    install(&node, "").ok();
    install(&node, "--check").ok();
    let dump = node.dump();
    for line in before.iter().flat_map(|before| before.lines()) {
        assert!(dump.contains(line), "{line} is lost in {dump}");
    }
    assert!(dump.contains("/usr/local/bin/oci-init"), "{dump}");

    let (installed, server) = (node.shell(STATE).ok(), node.server());
    install(&node, "").ok();
    assert_eq!((node.shell(STATE).ok(), node.server()), (installed, server), "the second run changes nothing");

    install(&node, "--undo").ok();
    assert_eq!(node.shell(STATE).ok(), state, "undo leaves no file");
    let config = config.map(str::to_owned);
    install(&node, "--undo").ok();
    assert_eq!(node.config(), config);
}

#[test]
fn pods_start_by_the_handler_and_by_the_default_one() {
    thread::scope(|scope| {
        for release in RELEASES {
            scope.spawn(move || {
                let node = node(release, Some(&config(release)));
                let ctr = "ctr --namespace k8s.io images";
                let tag = format!("{ctr} tag {} {BEFORE}", reference());
                node.shell(&format!("{ctr} import {} > /dev/null; {tag}", archive())).ok();
                let start = |name, handler| node.run_pod_with(name, handler);
                start("early", "init").expect_err("the control: nothing is installed");
                install(&node, "").ok();
                start("wrapped", "init").expect("a pod starts");
                start("default", "").expect("a pod starts");
            });
        }
    });
}

#[test]
fn a_node_that_cannot_get_the_handler_stays_as_it_is() {
    let release = RELEASES[0];
    let other = node(release, Some("version = 2\n"));
    fs::remove_file(other.machine.path(FOLDER).join("init")).expect("it is there");
    assert_refuses(&other, "", "/init is missing");

    let old = node(release, Some("version = 1\n"));
    assert_refuses(&old, "", "has version 1");

    let table =
        "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.init]\nruntime_type = \"io.containerd.runc.v2\"";
    let taken = node(release, Some(&format!("version = 2\n{table}\n")));
    assert_refuses(&taken, "", "has a handler called init already");
    assert_refuses(&taken, "--nonsense", "usage: ");
}

#[test]
fn if_containerd_does_not_start_it_gets_its_old_configuration_back() {
    let node = node(RELEASES[0], Some("version = 2\n"));
    let restart = format!("! grep -q oci-init {CONFIG} && sh /run/restart");
    let output = node.shell(&format!("RESTART='{restart}' sh {FOLDER}/install.sh"));
    assert_eq!(output.status.code(), Some(1), "{output:#?}");
    assert!(output.stderr.contains("the old one is restored"), "{output:#?}");
    assert_eq!(node.config().as_deref(), Some("version = 2\n"));
    install(&node, "").ok();
    install(&node, "--check").ok();
}

#[test]
fn a_run_that_was_killed_is_noticed_and_can_be_run_again() {
    let node = node(RELEASES[0], Some("version = 2\n"));
    let killed = node.shell(&format!("RESTART='kill -9 $PPID' sh {FOLDER}/install.sh"));
    assert!(!killed.status.success());
    assert_eq!(install(&node, "--check").status.code(), Some(1));
    install(&node, "").ok();
    install(&node, "--check").ok();
    install(&node, "--undo").ok();
    assert_eq!(node.config().as_deref(), Some("version = 2\n"));
}
