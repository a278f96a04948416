//! podman, as root: pods with our infra container, and with one that neither reaps nor listens.

use crate::images;
use crate::inventory::Inventory;
use crate::process_1::{ORPHANS, Process1, abandon};
use runtimes::report::Report;
use runtimes::{Podman, busybox, project};
use sandbox::until;
use std::fs;

const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

pub fn run(report: &mut Report) -> Option<()> {
    report.about("podman", "");
    let podman = report.step("podman works", Podman::new)?;
    pods(report, "podman", &podman)
}

/// What is done with a podman, whoever runs it.
pub fn pods(report: &mut Report, name: &str, podman: &Podman) -> Option<()> {
    let version = report.step("it loads the images", || {
        podman.load(images::pause());
        podman.load(images::busybox());
        podman.podman(&["version", "--format", "{{.Client.Version}}"]).ok()
    })?;
    report.about(name, &version);
    let before = Inventory::of(&podman.machine);

    let pod = report.step("a pod with the infra container pause starts", || {
        Pod::start(podman, "pod", Some(project::reference()))
    })?;
    report.step("its process 1 is /pause, and waits for signals", || pod.assert_process_1())?;
    pod.process_1().note_privileges(report);
    report.step("two containers of it see the infra container, and each other", || pod.assert_shared())?;
    report.step("orphans that an exec leaves behind are reaped", || assert_eq!(pod.leave_orphans_by_exec(), 0))?;
    report.step("orphans that an ended container leaves behind are reaped", || {
        assert_eq!(pod.leave_orphans_by_container(), 0);
    })?;
    let deaf = report.step("the control, a pod whose process 1 does not reap, starts", || {
        Pod::start(podman, "control", Some(busybox::REFERENCE))
    })?;
    report.step("the control keeps the same orphans, all of them, as zombies", || {
        assert_eq!(deaf.leave_orphans_by_exec(), ORPHANS);
        assert_eq!(deaf.leave_orphans_by_container(), 2 * ORPHANS);
    })?;
    report.step("the pod, given 60 s to stop, does: its infra container ends with 0", || {
        assert_eq!(pod.stop("60"), "0");
        assert_eq!(pod.log(), TERMINATED);
    })?;
    report.step("the control, given 3 s, must be killed: 137", || assert_eq!(deaf.stop("3"), "137"))?;
    report.step("the pod is started again, reaps, and stops with 0 again", || {
        podman.podman(&["pod", "start", "pod"]).ok();
        pod.assert_process_1();
        assert_eq!(pod.leave_orphans_by_exec(), 0);
        assert_eq!((pod.stop("60"), pod.log()), ("0".into(), TERMINATED.repeat(2)));
    })?;
    let configured = report.step("a pod gets it by infra_image of containers.conf too", || {
        podman.configure(&format!("infra_image = \"{}\"", project::reference()));
        let pod = Pod::start(podman, "configured", None);
        pod.assert_process_1();
        assert_eq!(pod.stop("60"), "0");
        pod
    })?;
    report.step("the pods are removed, and nothing is left over", || {
        [pod, deaf, configured].into_iter().for_each(Pod::remove);
        until("all is as it was before", || Inventory::of(&podman.machine) == before);
    })
}

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
        assert_eq!(
            self.inspect_infra("{{.Path}} {{.Args}} {{.ImageName}}"),
            format!("/pause [/pause] {}", project::reference())
        );
    }

    #[track_caller]
    fn assert_shared(&self) {
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

    /// Returns how many zombies they become.
    #[track_caller]
    pub fn leave_orphans_by_exec(&self) -> usize {
        let process_1 = self.process_1();
        self.exec_in("one", &abandon());
        process_1.until_it_has_adopted();
        process_1.zombies_of_orphans(|command| drop(self.exec_in("two", command)))
    }

    /// Returns how many zombies there are then. When a container ends, its runtime kills what is in its control group.
    #[track_caller]
    fn leave_orphans_by_container(&self) -> usize {
        let run = ["run", "--rm", "--pod", &self.name, "--entrypoint=sh", busybox::REFERENCE, "-c", &abandon()];
        self.podman.podman(&run).ok();
        self.process_1().zombies_of_orphans(|command| drop(self.exec_in("two", command)))
    }

    /// Stops it, and says with which status the infra container has ended.
    #[track_caller]
    pub fn stop(&self, patience: &str) -> String {
        self.podman.podman(&["pod", "stop", "--time", patience, &self.name]).ok();
        self.inspect_infra("{{.State.Status}}={{.State.ExitCode}}").trim_start_matches("exited=").to_owned()
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
