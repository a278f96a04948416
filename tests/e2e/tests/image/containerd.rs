//! containerd imports every platform of the image and runs its own.

use crate::expected::{
    NO_ZOMBIES, PAUSE, ZOMBIES, archive, assert_configuration, assert_one_file, assert_process_1, parse, zombies,
};
use e2e::platform::Platform;
use e2e::process::TERMINATED;
use e2e::project::reference;
use e2e::{Containerd, Release};
use serde_json::{Value, json};
use std::process::Command;

#[test]
fn containerd_imports_every_platform_and_runs_its_own() {
    assert_imports_and_runs(&Containerd::without_cri(Release::Own));
}

#[test]
fn containerd_2_imports_every_platform_and_runs_its_own() {
    assert_imports_and_runs(&Containerd::without_cri(Release::Forky));
}

#[test]
fn containerd_2_imports_it_for_its_own_platform() {
    let containerd = Containerd::without_cri(Release::Forky);
    containerd.ctr(&["images", "import", archive()]).ok();
    let check = containerd.ctr(&["images", "check"]).ok();
    // The configuration and the layer.
    assert!(check.contains(reference()) && check.contains("complete (2/2)"), "{check}");
    let _container = containerd.run(reference(), "pod");
    assert_process_1(&containerd.machine, &containerd.pid("pod"));
}

#[track_caller]
fn assert_imports_and_runs(containerd: &Containerd) {
    containerd.ctr(&["images", "import", "--all-platforms", archive()]).ok();
    let list = containerd.ctr(&["images", "ls", &format!("name=={}", reference())]).ok();
    for platform in Platform::all() {
        let platforms = list.split_whitespace().find(|word| word.contains("linux/")).unwrap_or_default();
        assert!(platforms.split(',').any(|found| found == platform.name), "{} is missing: {list}", platform.name);
    }
    assert!(list.contains("application/vnd.oci.image.index.v1+json"), "{list}");
    let get = |descriptor: &Value| {
        parse(containerd.ctr(&["content", "get", descriptor["digest"].as_str().expect("a digest")]).ok())
    };
    let digest = list.split_whitespace().find(|word| word.starts_with("sha256:")).expect("a digest");
    let index = get(&json!({ "digest": digest }));
    for (manifest, platform) in index["manifests"].as_array().expect("a list").iter().zip(Platform::all()) {
        assert_configuration(&get(&get(manifest)["config"]), PAUSE, &platform);
    }
    let mut mkdir = Command::new("mkdir");
    mkdir.arg("/run/root");
    containerd.machine.run(mkdir).ok();
    containerd.ctr(&["images", "mount", reference(), "/run/root"]).ok();
    assert_one_file(&containerd.machine, "/run/root");

    let container = containerd.run(reference(), "pod");
    assert_process_1(&containerd.machine, &containerd.pid("pod"));
    containerd.ctr(&["tasks", "kill", "--signal", "SIGTERM", "pod"]).ok();
    let output = container.wait();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr)), (Some(0), TERMINATED.into()));

    // Control: the client has the exit status of the container.
    let container = containerd.run(reference(), "killed");
    containerd.pid("killed");
    containerd.ctr(&["tasks", "kill", "--signal", "SIGKILL", "killed"]).ok();
    assert_eq!(container.wait().status.code(), Some(137));

    let Some(zombies) = zombies() else { return };
    containerd.ctr(&["images", "import", "--all-platforms", &zombies.archive]).ok();
    let output = containerd.run(ZOMBIES.reference(), "zombies").wait();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stdout)), (Some(0), NO_ZOMBIES.into()));
}

#[test]
fn containerd_imports_it_as_kind_does() {
    // The command that `kind load image-archive` runs on each node.
    let containerd = Containerd::without_cri(Release::Own);
    let command = "ctr --namespace=k8s.io images import --all-platforms --digests --snapshotter=overlayfs - < \"$1\"";
    let mut kind = Command::new("sh");
    kind.args(["-euc", command, "sh", archive()]);
    containerd.machine.run(kind).ok();
    let list = containerd.ctr(&["--namespace=k8s.io", "images", "ls"]).ok();
    assert!(list.contains(reference()), "{list}");
}
