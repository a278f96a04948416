//! The files for podman and systemd, which read them here, and for programs that Debian does not have: their format and
//! values are checked.

use crate::{archive, manifest, text};
use e2e::machine::Output;
use e2e::project::reference;
use e2e::{Machine, podman, tool};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

pub const FILES: &[&str] = &[
    "cri-dockerd/50-pause.conf",
    "crio/50-pause.conf",
    "k3s/config.yaml",
    "minikube/switch.sh", // make lint runs shellcheck on it
    "podman/pause.conf",
    "rke2/config.yaml",
    "seccomp/init.json", // make e2e runs both programs under these
    "seccomp/pause.json",
];

/// Runs a pod with `file` as the manifest. Returns the image of its infra container, and the exit status of that.
#[track_caller]
fn podman_pod(file: &str) -> (String, String) {
    let machine = Machine::create();
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("containers.conf"), podman::configuration("runc")).expect("a file can be written");
    fs::write(folder.path().join("pause.conf"), file).expect("a file can be written");
    let shell = |line: &str| -> Output {
        let mut shell = Command::new("sh");
        shell.args(["-euc", line]).env("TMPDIR", "/run").env_remove("CONTAINERS_CONF").current_dir("/");
        machine.run(shell)
    };
    tool("podman");
    // In a copy of /etc/containers, the manifest is where operators copy it to.
    shell(&format!(
        "cp -r /etc/containers /run/before && mount -t tmpfs tmpfs /etc/containers && cp -r /run/before/. /etc/containers
        mkdir -p /etc/containers/containers.conf.d && cd {} && cp containers.conf /etc/containers/
        cp pause.conf /etc/containers/containers.conf.d/ && podman load --input {}",
        folder.path().display(),
        archive()
    ))
    .ok();
    let pod = shell(&format!(
        "podman pod create --network none --share pid,ipc,uts,net --cgroup-parent {} --name pod > /dev/null
        podman pod start pod > /dev/null
        infra=$(podman pod inspect pod --format '{{{{.InfraContainerID}}}}')
        podman inspect --format '{{{{.ImageName}}}}' \"$infra\" && podman pod stop pod > /dev/null
        podman inspect --format '{{{{.State.ExitCode}}}}' \"$infra\"",
        machine.cgroup_parent()
    ));
    if !pod.status.success() {
        return (pod.stderr, String::new());
    }
    let mut lines = pod.stdout.lines().map(str::to_owned);
    (lines.next().unwrap_or_default(), lines.next().unwrap_or_default())
}

#[test]
fn the_seccomp_profiles_refuse_every_call_that_they_do_not_name() {
    for name in ["seccomp/init.json", "seccomp/pause.json"] {
        let profile: Value = serde_json::from_str(&text(name)).expect("JSON");
        assert_eq!(profile["defaultAction"], "SCMP_ACT_ERRNO", "{name}");
        let mut named = BTreeSet::new();
        for entry in profile["syscalls"].as_array().expect("a list") {
            assert_eq!(entry["action"], "SCMP_ACT_ALLOW", "{name}");
            assert!(entry.get("args").is_none(), "{name}");
            for call in entry["names"].as_array().expect("a list of names") {
                assert!(named.insert(call.as_str().expect("a name").to_owned()), "{name} names {call} twice");
            }
        }
    }
}

#[test]
fn podman_takes_its_infra_image_from_the_file() {
    let file = text("podman/pause.conf");
    assert_eq!(podman_pod(&file), (reference().to_owned(), "0".to_owned()));
    // Control: with a misspelt key, podman builds an infra image of its own.
    let (image, _) = podman_pod(&file.replace("infra_image", "infra_imagee"));
    assert_ne!(image, reference());
}

/// What `systemd-analyze verify` says about a unit. `files` are unit files, each with its path and its text.
#[track_caller]
pub fn systemd_says(unit: &str, files: &[(&str, String)]) -> String {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    let mut analyze = Command::new("systemd-analyze");
    analyze
        .arg("verify")
        .arg(folder.path().join(unit))
        .env("SYSTEMD_UNIT_PATH", format!("{}:", folder.path().display()));
    String::from_utf8(analyze.output().expect("systemd-analyze can be started").stderr).expect("UTF-8")
}

#[test]
fn systemd_reads_the_drop_in_of_cri_dockerd() {
    // The command of the unit does not exist, so systemd's message names the command that it would start.
    let unit = "[Service]\nType=notify\nExecStart=/nonexistent/cri-dockerd --container-runtime-endpoint fd://\n";
    let drop_in = text("cri-dockerd/50-pause.conf");
    let files = [("cri-docker.service", unit.to_owned()), ("cri-docker.service.d/50-pause.conf", drop_in.clone())];
    assert_eq!(
        systemd_says("cri-docker.service", &files),
        "cri-docker.service: Command /usr/bin/cri-dockerd is not executable: No such file or directory\n"
    );
    assert!(drop_in.contains(&format!(" --pod-infra-container-image={}\n", reference())));
}

#[test]
fn the_file_for_cri_o_has_the_image_and_its_command() {
    let table: toml::Table = text("crio/50-pause.conf").parse().expect("TOML");
    assert_eq!(table["crio"]["image"]["pause_image"].as_str(), Some(reference()));
    assert_eq!(table["crio"]["image"]["pause_command"].as_str(), Some("/pause"));
}

#[test]
fn the_files_for_k3s_and_rke2_have_the_image() {
    for file in ["k3s/config.yaml", "rke2/config.yaml"] {
        let lines: Vec<String> = text(file).lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
        assert_eq!(lines, [format!("pause-image: {}", reference())]);
    }
}

#[test]
fn the_script_for_minikube_prints_its_usage() {
    let script = manifest("minikube/switch.sh");
    let usage = Command::new(&script).output().expect("the script can be started");
    assert!(!usage.status.success());
    assert!(String::from_utf8_lossy(&usage.stderr).contains("switch.sh --undo [PROFILE]"), "{usage:?}");
}
