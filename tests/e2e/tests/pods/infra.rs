//! The infra container that podman makes without an image, since 5.5: an init, which it calls with `-P`.

use crate::engine::{Engine as _, Pod};
use crate::engines::kube_play::play;
use crate::engines::podman::{PodmanPod, start};
use crate::init::{INIT_AT, put_init};
use crate::scenario::zombies_after_exec;
use e2e::Podman;
use e2e::Release::Forky;
use e2e::inventory::Inventory;
use e2e::report::Report;
use std::path::{Path, PathBuf};

/// An init that has no `-P`: tini.
const TINI: &str = "/usr/bin/docker-init";

pub fn run(report: &mut Report) -> Option<()> {
    let podman = report.step("the runtime starts and loads the images", || {
        let podman = start(Forky, "crun");
        put_init(&podman.machine);
        podman
    })?;
    report.set_version(&podman.version());
    let before = Inventory::of(&podman.machine);
    for (init, its) in [(None, "podman's own init"), (Some(INIT_AT), "our init")] {
        set_init(&podman, init);
        let name = Path::new("/").join(init.map_or("catatonit", |_| "init"));
        report.step(&format!("a pod without an infra image has {its} as process 1: it reaps"), || {
            assert_holds(PodmanPod::start(&podman, "pod", &[]), &name);
        })?;
        report.step(&format!("kube play with {its}: the same"), || assert_holds(play(&podman, "pod"), &name))?;
    }
    report.step("control: with an init that has no -P, the infra container fails", || {
        set_init(&podman, Some(TINI));
        podman.podman(&["pod", "create", "--network=none", "--infra-name=pod-infra", "--name=pod"]).ok();
        _ = podman.podman(&["pod", "start", "pod"]);
        let pod = PodmanPod { podman: &podman, name: "pod".to_owned() };
        assert_ne!(pod.exit_status(), 0);
        Box::new(pod).remove();
    })?;
    report.step("all pods are removed: no process, mount, cgroup or interface is left", || {
        before.until_restored(|| Inventory::of(&podman.machine), |_| false);
    })
}

fn set_init(podman: &Podman, init: Option<&str>) {
    podman.configure(&init.map(|init| format!("[containers]\ninit_path = {init:?}\n")).unwrap_or_default());
}

/// Asserts that process 1 of the pod is this init, that it reaps orphans, and that it ends with status 0, silently.
#[track_caller]
fn assert_holds(pod: PodmanPod, init: &Path) {
    let process_1 = pod.process_1();
    assert_eq!((process_1.executable(), process_1.pid_in_namespace()), (PathBuf::from(init), "1".to_owned()));
    assert_eq!(zombies_after_exec(&pod), 0);
    pod.stop(60);
    assert_eq!((pod.exit_status(), pod.log().as_deref()), (0, Some("")));
    Box::new(pod).remove();
}
