//! podman's own pods, run by root and by an ordinary user.

use crate::engine::{Engine, Pod};
use crate::images;
use crate::scenario::zombies_after_exec;
use e2e::inventory::Inventory;
use e2e::process::{Process, TERMINATED};
use e2e::project::reference;
use e2e::report::Report;
use e2e::{Podman, Release, busybox, podman};
use std::fs;
use testkit::until;

pub fn start(release: Release, runtime: &str) -> Podman {
    with_images(Podman::rootful(release, runtime))
}

pub fn start_rootless(release: Release, runtime: &str) -> Podman {
    with_images(Podman::rootless(release, runtime))
}

fn with_images(podman: Podman) -> Podman {
    images::all().iter().for_each(|archive| podman.load(archive));
    podman
}

/// A pod of podman's: its containers have its name and a suffix.
pub struct PodmanPod<'podman> {
    pub podman: &'podman Podman,
    pub name: String,
}

impl<'podman> PodmanPod<'podman> {
    /// Starts a pod that `podman pod create` makes with these options.
    #[track_caller]
    pub fn start(podman: &'podman Podman, name: &str, options: &[&str]) -> Self {
        let pod = Self { podman, name: name.to_owned() };
        let infra = format!("--infra-name={}", pod.name_of("infra"));
        let create = ["pod", "create", "--share=pid,ipc,uts,net", "--network=none", "--name", name, &infra];
        let cgroup = podman.cgroup_option();
        podman.podman(&create.iter().chain(options).copied().chain(cgroup.as_deref()).collect::<Vec<_>>()).ok();
        for container in ["one", "two"].map(|container| pod.name_of(container)) {
            podman.podman(&["run", "--detach", "--pod", name, "--name", &container, busybox::REFERENCE]).ok();
        }
        pod
    }

    fn name_of(&self, container: &str) -> String {
        format!("{}-{container}", self.name)
    }

    #[track_caller]
    fn inspect(&self, container: &str, format: &str) -> String {
        self.podman.podman(&["inspect", "--format", format, &self.name_of(container)]).ok().trim().to_owned()
    }

    #[track_caller]
    fn process(&self, container: &str) -> Process<'podman> {
        Process::new(&self.podman.machine, &self.inspect(container, "{{.State.Pid}}"))
    }
}

impl Pod for PodmanPod<'_> {
    fn process_1(&self) -> Process<'_> {
        self.process("infra")
    }

    fn container(&self) -> Process<'_> {
        self.process("one")
    }

    fn exec(&self, command: &str) -> String {
        self.podman.podman(&["exec", &self.name_of("one"), "sh", "-c", command]).stdout
    }

    fn run(&self, command: &str) {
        let run = ["run", "--rm", "--pod", &self.name, "--entrypoint=sh", busybox::REFERENCE, "-c", command];
        self.podman.podman(&run).ok();
    }

    fn stop(&self, grace_period: u32) {
        self.podman.podman(&["pod", "stop", "--time", &grace_period.to_string(), &self.name]).ok();
    }

    fn exit_status(&self) -> i64 {
        until("the infra container has exited", || self.inspect("infra", "{{.State.Status}}") == "exited");
        self.inspect("infra", "{{.State.ExitCode}}").parse().expect("a number")
    }

    fn log(&self) -> Option<String> {
        Some(self.podman.podman(&["logs", &self.name_of("infra")]).stderr)
    }

    fn remove(self: Box<Self>) {
        let group = self.podman.podman(&["pod", "inspect", "--format={{.CgroupPath}}", &self.name]).ok();
        podman::until_removed(|| self.podman.podman(&["pod", "rm", "--force", "--time=1", &self.name]));
        // In hierarchies without controllers podman does not remove the pod's cgroup.
        let id = group.trim().rsplit('/').next().filter(|id| !id.is_empty());
        for group in self.podman.machine.cgroups().filter_map(|folder| Some(folder.join(id?))) {
            until("the pod's cgroup is empty", || !group.exists() || fs::remove_dir(&group).is_ok());
        }
    }
}

impl Engine for Podman {
    fn version(&self) -> String {
        self.podman(&["version", "--format", "{{.Client.Version}}"]).ok()
    }

    /// podman runs an infra container as root, whatever the user of its image. An ordinary user is root of a namespace.
    fn id_of_sandbox(&self) -> u32 {
        if self.is_rootless { podman::USER } else { 0 }
    }

    fn shared_namespaces(&self) -> &'static [&'static str] {
        &["pid", "net", "ipc", "uts"]
    }

    fn start_pod(&self, name: &str, sandbox_image: &str) -> Box<dyn Pod + '_> {
        Box::new(PodmanPod::start(self, name, &[&format!("--infra-image={sandbox_image}")]))
    }

    fn inventory(&self) -> Inventory {
        Inventory::of(&self.machine)
    }

    fn run_extra_steps(&mut self, report: &mut Report) -> Option<()> {
        let image = format!("--infra-image={}", reference());
        report.step("a stopped pod is started again: it reaps, and stops with status 0 again", || {
            let pod = PodmanPod::start(self, "again", &[&image]);
            pod.process_1().assert_is_pause(self.id_of_sandbox());
            let user_of_machine = Process::new(&self.machine, "1").namespace("user");
            assert_eq!(pod.process_1().namespace("user") != user_of_machine, self.is_rootless);
            pod.stop(60);
            assert_eq!(pod.exit_status(), 0);
            self.podman(&["pod", "start", "again"]).ok();
            pod.process_1().assert_is_pause(self.id_of_sandbox());
            assert_eq!(zombies_after_exec(&pod), 0);
            pod.stop(60);
            assert_eq!((pod.exit_status(), pod.log()), (0, Some(TERMINATED.repeat(2))));
            Box::new(pod).remove();
        })?;
        report.step("--userns=auto: it has a user namespace of its own, reaps and stops", || {
            let pod = PodmanPod::start(self, "automatic", &[&image, "--userns=auto"]);
            pod.process_1().assert_is_pause(self.first_automatic_id());
            assert_eq!(zombies_after_exec(&pod), 0);
            pod.stop(60);
            assert_eq!((pod.exit_status(), pod.log().as_deref()), (0, Some(TERMINATED)));
            Box::new(pod).remove();
        })
    }
}
