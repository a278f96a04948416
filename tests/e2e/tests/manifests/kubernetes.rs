//! The Kubernetes objects, read by `kubectl` into its own types, and the command of the DaemonSet, run on a node.

use crate::containerd::VERSION_2;
use crate::node::{Node, is_named};
use crate::{archive, init_nri, manifest, programs, run};
use e2e::project::{folder, oci_init, reference};
use serde_json::{Deserializer, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const FILES: &[&str] = &[
    "kubernetes/host-pid.yaml",
    "kubernetes/switch.yaml",
    "kubernetes/zombies.yaml",
    "oci-init/daemonset.yaml",
    "kubernetes/zombies-node.yaml",
];

/// Each file with its objects.
const OBJECTS: [(&str, &[&str]); 6] = [
    (FILES[0], &["Pod/host-pid"]),
    (FILES[1], &["Namespace/pause-switch", "DaemonSet/switch"]),
    (FILES[2], &["Pod/zombies-shared", "Pod/zombies-not-shared"]),
    (FILES[3], &["Namespace/oci-init", "DaemonSet/install"]),
    (FILES[4], &["Job/zombies-NODE"]),
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
fn the_files_of_each_daemonset_fit_into_a_configmap() {
    let switch = [format!("pause.tar={}", archive()), "manifests/containerd/switch.sh".into()];
    let install = [format!("oci-init={}", oci_init().display()), "init=target/release/init".into()];
    let install = [&install[..], &["manifests/oci-init/install.sh".to_owned()]].concat();
    for files in [&switch[..], &install] {
        let mut kubectl = Command::new(programs("forky", "kubectl").join("kubectl"));
        kubectl.args(["create", "configmap", "files", "--dry-run=client", "--output=json"]).current_dir(folder());
        kubectl.args(files.iter().map(|file| format!("--from-file={file}"))).env("KUBECONFIG", "/nonexistent");
        let (ok, json) = run(&mut kubectl);
        assert!(ok, "{}", &json[..200]);
        let value: Value = serde_json::from_str(&json).expect("JSON");
        let bytes = |part: &Value| -> usize {
            part.as_object().into_iter().flatten().filter_map(|(_, text)| text.as_str()).map(str::len).sum()
        };
        // The API server counts the bytes before base64.
        let size = bytes(&value["data"]) + bytes(&value["binaryData"]) / 4 * 3;
        assert!(size < 1 << 20, "{files:?}: {size} bytes");
    }
}

/// Prepares a node for the first container of the DaemonSet in a file, with these files in its ConfigMap, and with this folder of
/// the node. Returns what runs its command with a value of the variable TO.
#[track_caller]
fn daemonset(node: &Node, file: &str, folder: &str, files: &[PathBuf]) -> impl Fn(Option<&str>) {
    let objects = kubectl("forky", &["label", "x=x"], &manifest(file));
    let pod = &objects[1]["spec"]["template"]["spec"];
    assert_eq!((&pod["hostPID"], &pod["volumes"][1]["hostPath"]["path"]), (&true.into(), &folder.into()));
    let container = &pod["initContainers"][0];
    let command: Vec<_> = container["command"].as_array().expect("words").iter().filter_map(Value::as_str).collect();
    let ["sh", "-euc", line] = command[..] else { panic!("{command:?}") };
    assert_eq!(container["env"][0]["name"], "TO");
    let to = container["env"][0]["value"].as_str().expect("a value").to_owned();

    // The container: BusyBox, the two volumes and the node's /proc, whose process 1 is that of the machine.
    let root = "mkdir -p FOLDER /run/c/bin /run/c/files /run/c/node /run/c/proc
        cp /bin/busybox /run/c/bin/ && for name in sh cp nsenter; do ln -s busybox /run/c/bin/$name; done
        mount --bind FOLDER /run/c/node && mount --bind /proc /run/c/proc";
    node.shell(&root.replace("FOLDER", folder)).ok();
    for file in files {
        let name = file.file_name().expect("a file");
        fs::copy(file, node.machine.path("/run/c/files").join(name)).expect("the file is there");
    }
    node.machine.write("/run/c/line", line);
    move |other| {
        let to = other.unwrap_or(&to);
        node.shell(&format!("TO={to} exec chroot /run/c /bin/busybox sh -euc \"$(cat /run/c/line)\"")).ok();
    }
}

#[test]
fn the_daemonset_switches_its_node_and_undoes_it() {
    let node = Node::new("forky", Some(VERSION_2));
    fs::copy(archive(), node.machine.path("/run/pause.tar")).expect("the archive is there");
    let files = [node.machine.path("/run/pause.tar"), manifest("containerd/switch.sh")];
    let run = daemonset(&node, FILES[1], "/run/pause-switch", &files);
    run(None);
    assert!(node.is_pinned() && is_named(&node.dump(), reference()));
    run(Some("--undo"));
    assert!(!node.is_pinned());
    assert_eq!(node.config().as_deref(), Some(VERSION_2));
}

#[test]
fn the_daemonset_gives_its_node_the_handler_and_takes_it_back() {
    let node = Node::new("forky", Some(VERSION_2));
    node.shell("mount -t tmpfs node /usr/local/bin").ok();
    let files = [manifest("oci-init/install.sh"), oci_init().into(), folder().join("target/release/init")];
    let run = daemonset(&node, FILES[3], "/run/oci-init-files", &files);
    run(None);
    assert!(node.dump().contains("/usr/local/bin/oci-init"));
    run(Some("--undo"));
    assert_eq!(node.config().as_deref(), Some(VERSION_2));
    assert_eq!(node.shell("ls -A /usr/local/bin").ok(), "");
}
