//! `containerd/switch.sh`, run on nodes with containerd of each release.

use crate::containerd::{VERSION_2, VERSION_3};
use crate::node::{CONFIG, Node, SWITCH, is_named};
use crate::{RELEASES, archive, manifest, programs};
use e2e::project::{guarded, guarded_reference, reference};
use e2e::tool;
use std::process::Command;
use std::thread;

pub const FILES: &[&str] = &[SWITCH];

/// Configurations that nodes with this release have.
pub fn configs(release: &str) -> Vec<Option<String>> {
    let folder = programs(release, "containerd");
    let containerd = |subcommand: &str| {
        let output = Command::new(folder.join("containerd"))
            .args(["config", subcommand])
            .output()
            .expect("containerd can be started");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let default = containerd("default");
    let mut configs = vec![
        None,
        Some(VERSION_2.to_owned()),
        Some(
            VERSION_2.lines().filter(|line| !line.contains("sandbox_image")).map(|line| format!("{line}\n")).collect(),
        ),
        Some("version = 2\n[plugins]\n  [plugins.\"io.containerd.grpc.v1.cri\".cni]\n    bin_dir = \"/x\"".to_owned()),
        Some(default.clone()),
    ];
    if default.starts_with("version = 3") {
        configs.push(Some(VERSION_3.to_owned()));
        configs.push(Some("version = 3\n".to_owned()));
    }
    configs
}

#[test]
fn switch_and_undo_can_each_run_twice() {
    thread::scope(|scope| {
        for release in RELEASES {
            scope.spawn(move || configs(release).iter().for_each(|config| switch_and_undo(release, config.as_deref())));
        }
    });
}

#[track_caller]
fn switch_and_undo(release: &str, config: Option<&str>) {
    let node = Node::new(release, config);
    let (before, state) = (config.map(|_| node.dump()), node.state());
    node.switch(archive()).ok();
    assert!(node.is_pinned());
    let (switched, dump, server) = (node.config(), node.dump(), node.server());
    assert!(is_named(&dump, reference()), "{dump}");
    if let Some(before) = before {
        let changed = before.lines().zip(dump.lines()).filter(|(before, after)| before != after);
        let changed: Vec<_> = changed.map(|(_, after)| after.trim()).collect();
        assert!(changed.len() == 1 && is_named(changed[0], reference()), "{changed:?}");
        assert_eq!(before.lines().count(), dump.lines().count());
    }

    node.switch(archive()).ok();
    assert_eq!((node.config(), node.server()), (switched, server), "the second run changes nothing");

    let config = config.map(str::to_owned);
    node.switch("--undo").ok();
    assert_eq!((node.state(), node.is_pinned()), (state, false), "undo leaves no file");
    node.switch("--undo").ok();
    assert_eq!(node.config(), config);
}

#[test]
fn it_switches_to_the_guarded_image_and_back() {
    let node = Node::new(RELEASES[0], configs(RELEASES[0])[0].as_deref());
    node.switch(archive()).ok();
    assert!(is_named(&node.dump(), reference()));
    node.switch(&guarded(archive())).ok();
    assert!(is_named(&node.dump(), guarded_reference()) && node.has_pinned(guarded_reference()));
    node.switch(archive()).ok();
    assert!(is_named(&node.dump(), reference()));
}

#[test]
fn running_containers_continue() {
    for release in RELEASES {
        let node = Node::new(release, Some(VERSION_2));
        node.shell(&format!("ctr --namespace k8s.io images import {}", archive())).ok();
        tool("runc");
        let parent = node.machine.cgroup_parent();
        let run = "ctr --namespace k8s.io run --detach --runc-binary /usr/sbin/runc";
        node.shell(&format!("{run} --cgroup {parent}/pod {} pod", reference())).ok();
        let task = "ctr --namespace k8s.io tasks ls | grep '^pod '";
        let (running, server) = (node.shell(task).ok(), node.server());
        node.switch(archive()).ok();
        assert_ne!(node.server(), server, "containerd was restarted");
        assert_eq!(node.shell(task).ok(), running);
        assert!(running.contains("RUNNING"), "{running}");
    }
}

#[test]
fn it_refuses_a_configuration_that_it_cannot_edit_and_changes_nothing() {
    let import = "imports = [\"/run/import.toml\"]\n".to_owned() + VERSION_2;
    let by_hand = "cannot be edited safely: set pause.localhost/pause";
    let cases = [
        ("[plugins.cri]\n  sandbox_image = \"x\"\n".to_owned(), "is of version 1"),
        (format!("disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n{VERSION_2}"), "disables the CRI plugin"),
        (import, "/run/import.toml, which /run/node/config.toml imports, names another sandbox image and wins"),
        (VERSION_2.replace("  sandbox_image", "  \"sandbox_image\""), by_hand),
    ];
    for (config, message) in cases {
        let node = Node::new("", None); // containerd starts with its default; the file comes after that
        node.shell(&format!("printf %s '{VERSION_2}' > /run/import.toml")).ok();
        node.write(&config);
        let server = node.server();
        let output = node.switch(archive());
        assert!(output.stderr.contains(message) && !output.status.success(), "{message}: {output:?}");
        assert_eq!((node.config(), node.server(), node.files()), (Some(config), server, "config.toml ".to_owned()));
    }
    let node = Node::new("", Some(VERSION_2));
    for (argument, message) in
        [("", "usage: "), ("a b", "usage: "), ("/run/none.tar", "there is no archive /run/none.tar")]
    {
        let output = node.switch(argument);
        assert!(output.stderr.contains(message) && !output.status.success(), "{message}: {output:?}");
    }
    let output = node.shell(&format!("RESTART= sh {} {}", manifest(SWITCH).display(), archive()));
    assert!(output.stderr.contains("systemd runs no containerd here"), "{output:?}");
    assert_eq!(node.config().as_deref(), Some(VERSION_2));
}

#[test]
fn if_containerd_does_not_start_the_old_configuration_is_restored() {
    let node = Node::new("", Some(VERSION_2));
    let before = (node.state(), node.images());
    let restart = format!("! grep -q {} {CONFIG} && sh /run/restart", reference());
    let output = node.shell(&format!("RESTART='{restart}' sh {} {}", manifest(SWITCH).display(), archive()));
    assert!(output.stderr.contains("did not start with the new configuration"), "{output:?}");
    assert!(output.stderr.contains("the old configuration is restored, and containerd runs"), "{output:?}");
    assert_eq!((output.status.code(), node.state(), node.images()), (Some(1), before.0, before.1));
    node.shell("ctr version").ok();
}

#[test]
fn a_second_run_completes_an_interrupted_one() {
    let node = Node::new("", Some(VERSION_2));
    let killed = node.shell(&format!("RESTART='kill -9 $PPID' sh {} {}", manifest(SWITCH).display(), archive()));
    assert!(!killed.status.success());
    let server = node.server();
    assert!(is_named(&node.dump(), reference()), "the configuration is written already");
    node.switch(archive()).ok();
    assert_ne!(node.server(), server);
    assert_eq!(node.files(), "config.toml config.toml.before-pause ");
}

#[test]
fn undo_keeps_later_changes_of_others() {
    let node = Node::new("", Some(VERSION_2));
    node.switch(archive()).ok();
    let log = "[debug]\n  level = \"info\"\n";
    node.shell(&format!("printf %s '{log}' >> {CONFIG}")).ok();
    let output = node.switch("--undo");
    assert!(
        output.stderr.contains("has changed since the switch: only the name of the image is restored"),
        "{output:?}"
    );
    assert_eq!(node.config(), Some(VERSION_2.to_owned() + log));
}
