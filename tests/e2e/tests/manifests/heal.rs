//! What puts the sandbox image back, or keeps anybody from deleting it: the script of systemd's unit, the drop-in for
//! cri-dockerd, and the read-only store for CRI-O.

use crate::others::systemd_says;
use crate::{archive, manifest, programs, text};
use e2e::Release;
use e2e::machine::Output;
use e2e::pod::Pod;
use e2e::project::{package, reference};
use e2e::{Docker, Machine, Node, Podman, tool};
use k8s_cri::v1::{NamespaceMode, RunPodSandboxRequest};
use std::process::Command;
use testkit::until;

pub const FILES: &[&str] = &["crio/51-pause-store.conf", "systemd/pause-image.sh", "systemd/pause-image@.service"];

/// Where the pages put the script and the archive.
const FOLDER: &str = "/usr/local/lib/pause";

/// Runs a shell command on a machine. `PATH` begins with `programs`.
#[track_caller]
fn shell(machine: &Machine, programs: &str, line: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-euc", line]).env("PATH", format!("{programs}:/usr/sbin:/usr/bin:/sbin:/bin")).current_dir("/");
    machine.run(shell)
}

/// Installs the script and the archive on a machine, as the pages say. The script looks ten times a second.
#[track_caller]
fn install(machine: &Machine) {
    let script = text("systemd/pause-image.sh");
    let quick = script.replace("\n    sleep 60\n", "\n    sleep 0.1\n");
    assert_ne!(quick, script);
    shell(machine, "/usr/bin", &format!("mount -t tmpfs tmpfs /usr/local/lib && install -D -t {FOLDER} {}", archive()))
        .ok();
    machine.write(&format!("{FOLDER}/pause-image.sh"), &quick);
}

#[test]
fn after_a_wipe_the_script_lets_pods_start_on_a_node_like_one_of_rke2() {
    for (release, name) in [Release::Own, Release::Trixie, Release::Forky].into_iter().zip(crate::RELEASES) {
        let runtime = if release == Release::Own { "containerd" } else { "rke2" };
        let node = Node::start(release, reference(), &[]);
        let machine = &node.containerd.machine;
        install(machine);
        let programs = programs(name, "containerd").display().to_string();
        let run = |line: &str| shell(machine, &programs, line).ok();
        // RKE2 has its `ctr` and its socket there.
        run("mkdir -p /run/k3s/containerd /var/lib/rancher/rke2/bin
            cp \"$(which ctr)\" /var/lib/rancher/rke2/bin/ctr
            ln -s /run/containerd/containerd.sock /run/k3s/containerd/containerd.sock");
        let config = node.pod("pod", NamespaceMode::Pod, NamespaceMode::Node);
        let starts = || {
            let request = RunPodSandboxRequest { config: Some(config.clone()), ..Default::default() };
            let answer = node.cri.call(async |mut pods| pods.run_pod_sandbox(request.clone()).await);
            let pod = answer.map(|answer| Pod { config: config.clone(), id: answer.pod_sandbox_id });
            pod.map(|pod| node.end(&pod)).map_err(|status| status.message().to_owned())
        };
        let wipe = format!("ctr --namespace k8s.io images rm {}", reference());
        // The control: without the script, no pod starts.
        let refused = || {
            until("containerd does not have the image", || node.image(reference()).is_none());
            let refusal = starts().expect_err("a pod has started without the image");
            assert!(refusal.contains("failed to get sandbox image"), "{refusal}");
        };
        let started = || {
            // containerd 1.6 of Debian does not know pinned images.
            until("the image is back", || {
                node.image(reference()).is_some_and(|image| image.is_pinned || name.is_empty())
            });
            assert_eq!(starts(), Ok(()));
        };
        refused();
        run(&format!(
            "sh {FOLDER}/pause-image.sh {runtime} > /run/script.log 2>&1 < /dev/null & echo $! > /run/script"
        ));
        started();
        run(&wipe);
        started();
        run(&format!("kill $(cat /run/script); {wipe}"));
        refused();
    }
}

#[test]
fn the_script_and_the_drop_in_put_the_image_back_into_docker() {
    let docker = Docker::start_after(Release::Own, install);
    // `docker system prune --all` deletes an image that no container uses.
    let functions = format!(
        "is_there() {{ docker image inspect {} > /dev/null 2>&1; }}
        is_gone() {{ ! is_there; }}
        prune() {{ docker system prune --all --force; }}",
        reference()
    );
    let run = |line: &str| shell(&docker.machine, "/usr/bin", &format!("{functions}\n{line}")).ok();
    let drop_in = text("cri-dockerd/50-pause.conf");
    let load = drop_in.lines().find_map(|line| line.strip_prefix("ExecStartPre=-")).expect("the command");
    run(&format!("is_gone; {load}; is_there; prune; is_gone"));
    run(&format!("sh {FOLDER}/pause-image.sh docker > /run/log 2>&1 < /dev/null & echo $! > /run/pid"));
    run("until is_there; do sleep 0.05; done");
    let deleted = run("prune; until is_there; do sleep 0.05; done");
    assert!(deleted.contains(reference()), "{deleted}");
    run("kill $(cat /run/pid); prune; sleep 1; is_gone");
}

#[test]
fn the_script_refuses_another_runtime() {
    let script = manifest("systemd/pause-image.sh");
    for arguments in [&[][..], &["crio"]] {
        let output = Command::new(&script).args(arguments).output().expect("the script can be started");
        assert_eq!(output.status.code(), Some(1));
        let usage = "usage: pause-image.sh k3s|rke2|k0s|microk8s|containerd|docker\n";
        assert_eq!(String::from_utf8_lossy(&output.stderr), usage);
    }
}

#[test]
fn systemd_reads_the_unit() {
    let unit = text("systemd/pause-image@.service");
    let says = |unit: String| systemd_says("pause-image@k3s.service", &[("pause-image@.service", unit)]);
    assert_eq!(says(unit.clone()), "");
    // The control: systemd names a key that it does not know, and a command that it cannot start.
    assert!(says(unit.replace("RestartSec", "RestartSecs")).contains("'RestartSecs'"));
    assert!(says(unit.replace("/bin/sh", "/bin/none")).contains("Command /bin/none is not executable"));
    assert!(unit.contains(&format!("=/bin/sh {FOLDER}/pause-image.sh %i\n")));
    assert!(text("systemd/pause-image.sh").contains(&format!("\nimage={}\n", reference())));
}

/// Deletes the image from podman's own store, by the function of the library that CRI-O uses, too.
#[track_caller]
fn skopeo_delete(machine: &Machine, options: &str) -> Output {
    let store = format!("overlay@/var/lib/containers/storage+/run/containers/storage{options}");
    let mut delete = tool("skopeo");
    delete.args(["delete", &format!("containers-storage:[{store}]{}", reference())]);
    machine.run(delete)
}

#[test]
fn nothing_deletes_the_image_from_the_store_for_cri_o() {
    let file = text("crio/51-pause-store.conf");
    let table: toml::Table = file.parse().expect("TOML");
    let option = table["crio"]["storage_option"][0].as_str().expect("an option");
    let (key, store) = option.split_once('=').expect("a path");
    assert_eq!(key, "overlay.additionalimagestore");
    let target = format!("containers-storage:[overlay@{store}+/run/pause-store]{}", reference());
    assert!(file.contains(&format!("'{target}'")), "the comment makes another store");

    // podman has the same library as CRI-O, and takes the same option.
    let podman = Podman::rootful(Release::Own, "runc");
    let run = |arguments: &[&str]| podman.podman(&[&["--storage-opt", option], arguments].concat());
    assert!(!run(&["images"]).status.success(), "CRI-O starts without the store: drop the warning from the file");
    let mut skopeo = tool("skopeo");
    skopeo.args(["copy", "--quiet", &format!("oci-archive:{}", archive()), &target]);
    podman.machine.run(skopeo).ok();
    let cgroup = podman.cgroup_option().expect("root's option");
    let version = || {
        let container = ["run", "--rm", "--pull=never", "--network=none", &cgroup, reference(), "-v"];
        run(&container).ok()
    };
    let expected = format!("pause {}\n", package().version());
    assert_eq!(version(), expected);
    for delete in [&["image", "rm", reference()][..], &["image", "rm", "--force", reference()]] {
        assert!(run(delete).stderr.contains("read-only"), "{delete:?}");
    }
    let refused = skopeo_delete(&podman.machine, &format!(":{option}"));
    assert!(refused.stderr.contains("not an image"), "{refused:?}");
    for delete in [&["system", "prune", "--all", "--force"][..], &["rmi", "--all", "--force"], &["untag", reference()]]
    {
        run(delete);
        assert_eq!(version(), expected, "{delete:?}");
    }
    // Nobody can write to it, either.
    let mount = format!("mount --bind {store} {store} && mount -o remount,bind,ro {store}");
    shell(&podman.machine, "/usr/bin", &mount).ok();
    assert_eq!(version(), expected);
}

#[test]
fn control_the_image_is_deleted_from_podmans_own_store() {
    let podman = Podman::rootful(Release::Own, "runc");
    let exists = || podman.podman(&["image", "exists", reference()]).status.success();
    let deleted = |delete: &dyn Fn() -> Output| {
        podman.load(archive());
        assert!(exists());
        delete().ok();
        !exists()
    };
    assert!(deleted(&|| podman.podman(&["image", "rm", reference()])));
    assert!(deleted(&|| podman.podman(&["system", "prune", "--all", "--force"])));
    assert!(deleted(&|| skopeo_delete(&podman.machine, "")));
}
