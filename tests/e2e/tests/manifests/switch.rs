//! `containerd/switch.sh`, run by hand and by its DaemonSet against containerd of each release.

use crate::containerd::{VERSION_2, VERSION_3};
use crate::{RELEASES, archive, manifest, programs};
use e2e::machine::Said;
use e2e::project::{guarded, guarded_reference, reference};
use e2e::{Machine, tool};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

pub const FILES: &[&str] = &["containerd/switch.sh"];

/// Where a node keeps its configuration: what is in memory there is its own.
const CONFIG: &str = "/run/node/config.toml";

/// What stands in for systemd: ends containerd as `KillMode=process` does, and starts it again.
const RESTART: &str = r#"
    [ ! -e /run/pid ] || { kill "$(cat /run/pid)"; while [ -d "/proc/$(cat /run/pid)" ]; do sleep 0.05; done; }
    [ -e /run/node/config.toml ] && config=/run/node/config.toml || config=/run/none.toml
    containerd config default | grep ^version > /run/none.toml
    containerd --config "$config" < /dev/null > /run/log 2>&1 &
    echo $! > /run/pid"#;

/// A node with containerd.
pub struct Node {
    pub machine: Machine,
    path: String,
}

impl Node {
    /// Starts containerd with this configuration, or with none.
    #[track_caller]
    pub fn new(release: &str, config: Option<&str>) -> Self {
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", programs(release, "containerd").display());
        let node = Self { machine: Machine::new(), path };
        node.shell("mkdir /run/node").ok();
        node.shell(&format!("printf %s '{RESTART}' > /run/restart")).ok();
        if let Some(config) = config {
            node.write(config);
        }
        node.shell("sh /run/restart; until ctr version > /dev/null 2>&1; do sleep 0.05; done").ok();
        node
    }

    /// Runs a command line there.
    #[track_caller]
    pub fn shell(&self, line: &str) -> Said {
        let mut shell = Command::new("sh");
        shell.args(["-euc", line]).env("PATH", &self.path).env("CONFIG", CONFIG);
        shell.env("RESTART", "sh /run/restart").current_dir("/");
        self.machine.run(shell)
    }

    #[track_caller]
    fn write(&self, config: &str) {
        let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
        file.write_all(config.as_bytes()).expect("it can be written");
        self.shell(&format!("cat {} > {CONFIG}", file.path().display())).ok();
    }

    #[track_caller]
    pub fn switch(&self, argument: &str) -> Said {
        self.shell(&format!("sh {} {argument}", manifest(FILES[0]).display()))
    }

    /// The configuration, if there is one.
    #[track_caller]
    pub fn config(&self) -> Option<String> {
        Some(self.shell(&format!("cat {CONFIG}"))).filter(|said| said.status.success()).map(Said::ok)
    }

    /// What containerd makes of it.
    #[track_caller]
    pub fn dump(&self) -> String {
        self.shell(&format!("containerd --config {CONFIG} config dump | grep -v ^imports")).ok()
    }

    /// The files beside the configuration.
    #[track_caller]
    fn files(&self) -> String {
        self.shell("ls -A /run/node").ok().replace('\n', " ")
    }

    #[track_caller]
    pub fn server(&self) -> String {
        self.shell("cat /run/pid").ok()
    }

    /// Whether our image is pinned.
    #[track_caller]
    pub fn is_pinned(&self) -> bool {
        self.has_pinned(reference())
    }

    #[track_caller]
    fn has_pinned(&self, image: &str) -> bool {
        let line = format!("ctr --namespace k8s.io images ls name=={image} | grep -c pinned=pinned || true");
        self.shell(&line).ok().trim() == "1"
    }
}

/// Configurations with which each release is found.
fn configs(release: &str) -> Vec<Option<String>> {
    let folder = programs(release, "containerd");
    let containerd = |what: &str| {
        let output = Command::new(folder.join("containerd")).args(["config", what]).output().expect("it is installed");
        String::from_utf8(output.stdout).expect("text")
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
fn it_switches_and_goes_back_and_may_be_called_twice() {
    thread::scope(|scope| {
        for release in RELEASES {
            scope.spawn(move || configs(release).iter().for_each(|config| there_and_back(release, config.as_deref())));
        }
    });
}

#[track_caller]
fn there_and_back(release: &str, config: Option<&str>) {
    let node = Node::new(release, config);
    let before = config.map(|_| node.dump());
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
    assert_eq!((node.config(), node.server()), (switched, server), "there was nothing to do");

    let config = config.map(str::to_owned);
    node.switch("--undo").ok();
    assert_eq!((node.config(), node.is_pinned()), (config.clone(), false));
    assert_eq!(node.files(), if config.is_some() { "config.toml " } else { "" }, "nothing is left");
    node.switch("--undo").ok();
    assert_eq!(node.config(), config);
}

#[test]
fn the_archive_of_the_guarded_image_switches_to_that_and_the_other_one_back() {
    let node = Node::new(RELEASES[0], configs(RELEASES[0])[0].as_deref());
    node.switch(archive()).ok();
    assert!(is_named(&node.dump(), reference()));
    node.switch(&guarded(archive())).ok();
    assert!(is_named(&node.dump(), guarded_reference()) && node.has_pinned(guarded_reference()));
    node.switch(archive()).ok();
    assert!(is_named(&node.dump(), reference()));
}

/// Whether a configuration names an image, and not another whose name begins with that.
pub fn is_named(config: &str, image: &str) -> bool {
    ['"', '\''].iter().any(|quote| config.contains(&format!("{quote}{image}{quote}")))
}

#[test]
fn what_runs_goes_on_running() {
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
fn it_refuses_what_it_does_not_understand_and_changes_nothing() {
    let import = "imports = [\"/run/import.toml\"]\n".to_owned() + VERSION_2;
    let by_hand = "cannot be edited safely: name localhost/pause";
    let cases = [
        ("[plugins.cri]\n  sandbox_image = \"x\"\n".to_owned(), "is of version 1"),
        (format!("disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n{VERSION_2}"), "disables the CRI plugin"),
        (import, by_hand),
        (VERSION_2.replace("  sandbox_image", "  \"sandbox_image\""), by_hand),
    ];
    for (config, message) in cases {
        let node = Node::new("", None); // it starts with the default; the file comes after
        node.shell(&format!("printf %s '{VERSION_2}' > /run/import.toml")).ok();
        node.write(&config);
        let server = node.server();
        let said = node.switch(archive());
        assert!(said.stderr.contains(message) && !said.status.success(), "{message}: {said:?}");
        assert_eq!((node.config(), node.server(), node.files()), (Some(config), server, "config.toml ".to_owned()));
    }
    let node = Node::new("", Some(VERSION_2));
    for (argument, message) in
        [("", "usage: "), ("a b", "usage: "), ("/run/none.tar", "there is no archive /run/none.tar")]
    {
        let said = node.switch(argument);
        assert!(said.stderr.contains(message) && !said.status.success(), "{message}: {said:?}");
    }
    let said = node.shell(&format!("RESTART= sh {} {}", manifest(FILES[0]).display(), archive()));
    assert!(said.stderr.contains("systemd runs no containerd here"), "{said:?}");
    assert_eq!(node.config().as_deref(), Some(VERSION_2));
}

#[test]
fn where_containerd_does_not_come_back_the_old_configuration_does() {
    let node = Node::new("", Some(VERSION_2));
    let restart = format!("! grep -q {} {CONFIG} && sh /run/restart", reference());
    let said = node.shell(&format!("RESTART='{restart}' sh {} {}", manifest(FILES[0]).display(), archive()));
    assert!(said.stderr.contains("did not start with the new configuration; the old one is in place"), "{said:?}");
    assert!(!said.status.success());
    assert_eq!(node.config().as_deref(), Some(VERSION_2));
    node.shell("ctr version").ok();
}

#[test]
fn interrupted_before_the_restart_it_makes_up_for_it() {
    let node = Node::new("", Some(VERSION_2));
    let killed = node.shell(&format!("RESTART='kill -9 $PPID' sh {} {}", manifest(FILES[0]).display(), archive()));
    assert!(!killed.status.success());
    let server = node.server();
    assert!(is_named(&node.dump(), reference()), "the configuration is there already");
    node.switch(archive()).ok();
    assert_ne!(node.server(), server);
    assert_eq!(node.files(), "config.toml config.toml.before-pause ");
}

#[test]
fn going_back_keeps_what_somebody_else_has_changed() {
    let node = Node::new("", Some(VERSION_2));
    node.switch(archive()).ok();
    let log = "[debug]\n  level = \"info\"\n";
    node.shell(&format!("printf %s '{log}' >> {CONFIG}")).ok();
    let said = node.switch("--undo");
    assert!(said.stderr.contains("has changed since the switch: only the name of the image goes back"), "{said:?}");
    assert_eq!(node.config(), Some(VERSION_2.to_owned() + log));
}

#[test]
fn it_is_a_program() {
    let mode = |path: PathBuf| fs::metadata(path).expect("it is there").permissions().mode();
    assert_eq!(mode(manifest(FILES[0])) & 0o111, 0o111);
}
