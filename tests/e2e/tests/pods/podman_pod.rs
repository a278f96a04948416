//! A pod of podman's: an infra container, two others, and what they do to it.

use crate::process_1::{ORPHANS, Process1, abandon};
use e2e::{Podman, busybox, project};
use std::fs;
use testkit::until;

/// A pod of an infra container and two others.
pub struct Pod<'podman> {
    podman: &'podman Podman,
    name: String,
}

impl<'podman> Pod<'podman> {
    /// Starts one with this infra image; with the one of the configuration if none is given.
    #[track_caller]
    pub fn start(podman: &'podman Podman, name: &str, infra_image: Option<&str>) -> Self {
        let pod = Self { podman, name: name.to_owned() };
        let (infra, cgroup) = (infra_image.map(|image| format!("--infra-image={image}")), podman.cgroup_option());
        let infra_name = format!("--infra-name={}", pod.container("infra"));
        let mut create =
            vec!["pod", "create", "--share=pid,ipc,uts,net", "--network=none", "--name", name, &infra_name];
        create.extend(infra.as_deref().into_iter().chain(cgroup.as_deref()));
        podman.podman(&create).ok();
        for container in ["one", "two"] {
            let container = pod.container(container);
            podman.podman(&["run", "--detach", "--pod", name, "--name", &container, busybox::REFERENCE]).ok();
        }
        pod
    }

    fn container(&self, name: &str) -> String {
        format!("{}-{name}", self.name)
    }

    #[track_caller]
    fn inspect_infra(&self, what: &str) -> String {
        self.podman.podman(&["inspect", "--format", what, &self.container("infra")]).ok().trim().to_owned()
    }

    #[track_caller]
    pub fn process_1(&self) -> Process1 {
        Process1::new(&self.podman.machine, &self.inspect_infra("{{.State.Pid}}"))
    }

    #[track_caller]
    pub fn until_it_waits(&self) {
        self.podman.machine.until_it_waits(&self.inspect_infra("{{.State.Pid}}"));
    }

    #[track_caller]
    pub fn assert_process_1(&self) {
        self.until_it_waits();
        let process_1 = self.process_1();
        let machine = Process1::new(&self.podman.machine, "1");
        assert_eq!(process_1.namespace("user") != machine.namespace("user"), self.podman.is_rootless);
        assert_eq!(process_1.status("Name"), "pause");
        assert!(process_1.status("NSpid").ends_with(" 1"), "it is process 1");
        process_1.assert_unprivileged(); // though podman gives it eleven capabilities, whatever the image's user is
        let infra = self.inspect_infra("{{.Path}} {{.ImageName}}");
        assert_eq!(infra, format!("/pause {}", project::reference()));
    }

    #[track_caller]
    pub fn assert_shared(&self) {
        for container in ["one", "two"] {
            let table = self.exec_in(container, "ps");
            assert!(table.contains("/pause") && table.matches("sleep infinity").count() == 2, "{table}");
        }
    }

    /// Runs a command of the shell in a container.
    #[track_caller]
    fn exec_in(&self, container: &str, command: &str) -> String {
        self.podman.podman(&["exec", &self.container(container), "sh", "-c", command]).stdout
    }

    /// Returns how many zombies there are then.
    #[track_caller]
    pub fn leave_orphans_by_exec(&self) -> usize {
        let process_1 = self.process_1();
        let earlier = process_1.orphans().count();
        self.exec_in("one", &abandon());
        process_1.until_it_has_adopted(earlier + ORPHANS);
        process_1.zombies_of_orphans(|command| drop(self.exec_in("two", command)))
    }

    /// Returns how many zombies there are then. When a container ends, its runtime kills what is in its control group.
    #[track_caller]
    pub fn leave_orphans_by_container(&self) -> usize {
        let run = ["run", "--rm", "--pod", &self.name, "--entrypoint=sh", busybox::REFERENCE, "-c", &abandon()];
        self.podman.podman(&run).ok();
        self.process_1().zombies_of_orphans(|command| drop(self.exec_in("two", command)))
    }

    /// Lets a container tell process 1 to end, in two ways. It may not live to tell.
    pub fn attack(&self) {
        self.exec_in("one", "kill -TERM 1; kill -INT 1");
    }

    #[track_caller]
    pub fn infra_state(&self) -> String {
        self.inspect_infra("{{.State.Status}}={{.State.ExitCode}}")
    }

    /// Stops it, and says with which status the infra container has ended.
    #[track_caller]
    pub fn stop(&self, patience: &str) -> String {
        self.podman.podman(&["pod", "stop", "--time", patience, &self.name]).ok();
        self.infra_state().trim_start_matches("exited=").to_owned()
    }

    /// What its infra container has said to standard error.
    #[track_caller]
    pub fn log(&self) -> String {
        self.podman.podman(&["logs", &self.container("infra")]).stderr
    }

    #[track_caller]
    pub fn remove(self) {
        let group = self.podman.podman(&["pod", "inspect", "--format={{.CgroupPath}}", &self.name]).ok();
        self.podman.podman(&["pod", "rm", &self.name]).ok();
        // podman forgets the pod's group in hierarchies without controllers. It can be removed if it is empty.
        let id = group.trim().rsplit('/').next().filter(|id| !id.is_empty());
        for group in self.podman.machine.cgroups().filter_map(|folder| Some(folder.join(id?))) {
            until("the pod's control group is empty", || !group.exists() || fs::remove_dir(&group).is_ok());
        }
    }
}
