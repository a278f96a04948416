//! The DaemonSet of `init-nri`: what it installs is where the plugin looks for it, and the plugin takes its options. `make e2e`
//! runs the plugin beside containerd.

use crate::kubernetes::kubectl;
use crate::manifest;
use e2e::project::init_nri;
use serde_json::Value;
use std::process::Command;

pub const FILES: &[&str] = &["init-nri/daemonset.yaml"];

/// The path on the node of what a container has at a path.
#[track_caller]
fn on_node(pod: &Value, container: &Value, path: &str) -> String {
    let mounts = container["volumeMounts"].as_array().expect("mounts");
    let inside = |mount: &&Value| path.starts_with(mount["mountPath"].as_str().expect("a path"));
    let mount = mounts.iter().find(inside).expect("a mount");
    let volumes = pod["volumes"].as_array().expect("volumes");
    let volume = volumes.iter().find(|volume| volume["name"] == mount["name"]).expect("a volume");
    let host = volume["hostPath"]["path"].as_str().expect("a path");
    path.replacen(mount["mountPath"].as_str().expect("a path"), host, 1)
}

#[test]
fn the_daemonset_installs_init_where_the_plugin_and_the_node_have_it() {
    let objects = kubectl("forky", &["label", "x=x"], &manifest(FILES[0]));
    let pod = &objects[1]["spec"]["template"]["spec"];
    let install = &pod["initContainers"][0];
    let folder = install["command"][2].as_str().expect("a folder");
    let plugin = &pod["containers"][0];
    let help = Command::new(init_nri()).arg("--help").output().expect("it can be started");
    let help = String::from_utf8(help.stdout).expect("a text");
    let default = |option: &str| {
        let line = help.lines().find(|line| line.trim_start().starts_with(option)).expect("an option");
        line.rsplit(' ').next().expect("a path").to_owned()
    };
    let init = default("--init");
    assert_eq!(on_node(pod, install, folder) + "/init", init);
    // The kubelet's folder of profiles is fixed.
    for path in [init, default("--socket"), "/var/lib/kubelet/seccomp/profile.json".to_owned()] {
        assert_eq!(on_node(pod, plugin, &path), path, "the runtime and the plugin have it at the same path");
    }
}

#[test]
fn the_plugin_takes_the_options_of_the_daemonset() {
    let objects = kubectl("forky", &["label", "x=x"], &manifest(FILES[0]));
    let args = objects[1]["spec"]["template"]["spec"]["containers"][0]["args"].as_array().expect("options").clone();
    let words = args.iter().map(|arg| arg.as_str().expect("a word"));
    // With these, it is the missing init that it complains about.
    let output =
        Command::new(init_nri()).args(words).args(["--init", "/nonexistent"]).output().expect("it can be started");
    let line = String::from_utf8(output.stderr).expect("a text");
    assert!(line.starts_with("init-nri: /nonexistent on the node cannot be used: "), "{line}");
}
