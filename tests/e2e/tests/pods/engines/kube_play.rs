//! `podman kube play`: a pod of Kubernetes' own format that shares its PID namespace, run by podman.

use super::podman::{self, PodmanPod};
use crate::engine::{Engine, Pod};
use crate::scenario::zombies_after_exec;
use e2e::inventory::Inventory;
use e2e::project::reference;
use e2e::report::Report;
use e2e::{Podman, Release, busybox};

/// The path of the pod's file on the machine.
const FILE_AT: &str = "/run/pod.yaml";

pub struct KubePlay(Podman);

pub fn start(release: Release, runtime: &str) -> KubePlay {
    KubePlay(podman::start(release, runtime))
}

/// Runs a pod with two containers. The image of the infra container is a setting of podman.
#[track_caller]
pub fn play<'podman>(podman: &'podman Podman, name: &str) -> PodmanPod<'podman> {
    let container = |name: &str| {
        let image = busybox::REFERENCE;
        format!("{{ name: {name}, image: {image}, imagePullPolicy: Never, command: [sleep, infinity] }}")
    };
    let pod = format!(
        "apiVersion: v1
kind: Pod
metadata:
  name: {name}
  annotations: {{ io.podman.annotations.infra.name: {name}-infra }}
spec:
  shareProcessNamespace: true
  restartPolicy: Never
  containers: [{}, {}]
",
        container("one"),
        container("two")
    );
    podman.machine.write(FILE_AT, &pod);
    podman.podman(&["kube", "play", "--network=none", FILE_AT]).ok();
    PodmanPod { podman, name: name.to_owned() }
}

impl Engine for KubePlay {
    fn version(&self) -> String {
        self.0.version()
    }

    fn id_of_sandbox(&self) -> u32 {
        self.0.id_of_sandbox()
    }

    fn shared_namespaces(&self) -> &'static [&'static str] {
        self.0.shared_namespaces()
    }

    fn start_pod(&self, name: &str, sandbox_image: &str) -> Box<dyn Pod + '_> {
        self.0.configure(&format!("[engine]\ninfra_image = \"{sandbox_image}\"\n"));
        Box::new(play(&self.0, name))
    }

    fn inventory(&self) -> Inventory {
        self.0.inventory()
    }

    fn run_extra_steps(&mut self, report: &mut Report) -> Option<()> {
        report.step("`kube down` ends a pod and leaves none", || {
            let pod = self.start_pod("down", reference());
            pod.process_1().until_it_waits();
            assert_eq!(zombies_after_exec(&*pod), 0);
            self.0.podman(&["kube", "down", FILE_AT]).ok();
            assert_eq!(self.0.podman(&["ps", "--all", "--quiet"]).ok(), "");
        })
    }
}
