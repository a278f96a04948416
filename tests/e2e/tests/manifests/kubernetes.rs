//! The Kubernetes objects, read by `kubectl` into its own types, and the command of the DaemonSet, run on a node.

use crate::containerd::VERSION_2;
use crate::node::{Node, is_named};
use crate::{archive, init_nri, manifest, programs, run};
use e2e::project::{folder, reference};
use serde_json::{Deserializer, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

pub const FILES: &[&str] = &["kubernetes/host-pid.yaml", "kubernetes/switch.yaml", "kubernetes/zombies.yaml"];

/// Each file with its objects.
const OBJECTS: [(&str, &[&str]); 4] = [
    (FILES[0], &["Pod/host-pid"]),
    (FILES[1], &["Namespace/pause-switch", "DaemonSet/switch"]),
    (FILES[2], &["Pod/zombies-shared", "Pod/zombies-not-shared"]),
    (init_nri::FILES[0], &["Namespace/init-nri", "DaemonSet/init-nri"]),
];

/// The objects that a release's `kubectl` reads from a file, without a server.
#[track_caller]
pub fn kubectl(release: &str, arguments: &[&str], file: &Path) -> Vec<Value> {
    let mut kubectl = Command::new(programs(release, "kubectl").join("kubectl"));
    kubectl
        .args(arguments)
        .args(["--local", "--output=json", "--filename"])
        .arg(file)
        .env("KUBECONFIG", "/nonexistent");
    let output = kubectl.output().expect("kubectl can be started");
    let values = Deserializer::from_slice(&output.stdout).into_iter().collect::<Result<Vec<Value>, _>>();
    values.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Adds the path and value of every field.
fn fields(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(name, value)| fields(value, &format!("{path}.{name}"), found))
        }
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(at, value)| fields(value, &format!("{path}[{at}]"), found));
        }
        value => drop(found.insert(format!("{path} = {value}"))),
    }
}

/// The fields of objects with containers that kubectl's types do not have: `label` keeps all fields of the file, `set env`
/// converts the objects to those types and drops other fields.
#[track_caller]
fn unknown_fields(release: &str, file: &Path) -> Vec<String> {
    let [mut written, mut typed] = [BTreeSet::new(), BTreeSet::new()];
    let has_containers = |object: &&Value| object["kind"] != "Namespace";
    for (at, object) in kubectl(release, &["label", "x=x"], file).iter().filter(has_containers).enumerate() {
        fields(object, &at.to_string(), &mut written);
    }
    for (at, object) in kubectl(release, &["set", "env", "x=x"], file).iter().enumerate() {
        fields(object, &at.to_string(), &mut typed);
    }
    assert!(!typed.is_empty());
    written.retain(|field| !field.ends_with(".metadata.labels.x = \"x\""));
    written.difference(&typed).cloned().collect()
}

#[test]
fn kubectl_knows_every_object_and_every_field() {
    for release in ["trixie", "forky"] {
        for (file, objects) in OBJECTS {
            let read = kubectl(release, &["label", "x=x"], &manifest(file));
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let names = read.iter().map(|object| text(&object["kind"]) + "/" + &text(&object["metadata"]["name"]));
            assert_eq!(names.collect::<Vec<_>>(), objects);
            assert_eq!(unknown_fields(release, &manifest(file)), [""; 0], "{file}");
        }
    }
}

#[test]
fn control_a_misspelt_field_is_found() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("misspelt.yaml");
    let text = fs::read_to_string(manifest(FILES[2])).expect("a file can be read");
    fs::write(&file, text.replacen("shareProcessNamespace", "shareProcessNamespaces", 1))
        .expect("a file can be written");
    assert_eq!(unknown_fields("forky", &file), ["0.spec.shareProcessNamespaces = true"]);
}

#[test]
fn the_image_fits_into_a_configmap() {
    let mut kubectl = Command::new(programs("forky", "kubectl").join("kubectl"));
    kubectl.args(["create", "configmap", "pause", "--dry-run=client", "--output=json"]);
    kubectl.arg(format!("--from-file=pause.tar={}", archive())).current_dir(folder());
    let (ok, json) = run(kubectl.arg("--from-file=manifests/containerd/switch.sh").env("KUBECONFIG", "/nonexistent"));
    assert!(ok && json.len() < 1 << 20, "{} bytes: {}", json.len(), &json[..200]);
    let value: Value = serde_json::from_str(&json).expect("JSON");
    assert!(value["binaryData"]["pause.tar"].is_string() && value["data"]["switch.sh"].is_string());
}

#[test]
fn the_daemonset_switches_its_node_and_undoes_it() {
    let objects = kubectl("forky", &["label", "x=x"], &manifest(FILES[1]));
    let pod = &objects[1]["spec"]["template"]["spec"];
    assert_eq!((&pod["hostPID"], &pod["volumes"][1]["hostPath"]["path"]), (&true.into(), &"/run/pause-switch".into()));
    let container = &pod["initContainers"][0];
    let command: Vec<_> = container["command"].as_array().expect("words").iter().filter_map(Value::as_str).collect();
    let ["sh", "-euc", line] = command[..] else { panic!("{command:?}") };
    assert_eq!(container["env"][0]["name"], "TO");

    // The container: BusyBox, the two volumes and the node's /proc, whose process 1 is that of the machine.
    let node = Node::new("forky", Some(VERSION_2));
    let root = "mkdir -p /run/pause-switch /run/c/bin /run/c/files /run/c/node /run/c/proc
        cp /bin/busybox /run/c/bin/ && for name in sh cp nsenter; do ln -s busybox /run/c/bin/$name; done
        mount --bind /run/pause-switch /run/c/node && mount --bind /proc /run/c/proc";
    node.shell(root).ok();
    node.shell(&format!("cp {} /run/c/files/pause.tar", archive())).ok();
    node.shell(&format!("cp {} /run/c/files/", manifest("containerd/switch.sh").display())).ok();
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("daemonset"), line).expect("a file can be written");
    let switch = |to: &str| {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("daemonset");
        node.shell(&format!("TO={to} exec chroot /run/c /bin/busybox sh -euc \"$(cat {})\"", file.display())).ok()
    };
    switch(container["env"][0]["value"].as_str().expect("an archive"));
    assert!(node.is_pinned() && is_named(&node.dump(), reference()));
    switch("--undo");
    assert!(!node.is_pinned());
    assert_eq!(node.config().as_deref(), Some(VERSION_2));
}
