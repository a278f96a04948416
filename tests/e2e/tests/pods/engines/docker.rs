//! Docker: containers that join the namespaces of one that runs pause, as the containers of a pod do.

use crate::engine::{Engine, Pod};
use crate::images;
use crate::scenario::zombies_after_exec;
use e2e::inventory::Inventory;
use e2e::machine::Output;
use e2e::process::{Process, abandon_one_by_one};
use e2e::project::reference;
use e2e::report::Report;
use e2e::{Docker, Release, busybox};
use nix::sys::signal::Signal;

/// Takes away everything that Docker can; it sets no memory limit below 6 MB.
const MINIMUM: [&str; 5] =
    ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=6m", "--pids-limit=1"];

/// Enough for a shell and a few children, but not for a few zombies more.
const SMALL: [&str; 2] = ["--memory=16m", "--pids-limit=20"];

pub fn start(release: Release) -> Docker {
    let docker = Docker::start(release);
    for archive in images::all() {
        docker.docker(&["load", "--input", &archive]).ok();
    }
    docker
}

/// A pod of Docker's: its containers have its name and a suffix.
pub struct DockerPod<'docker> {
    docker: &'docker Docker,
    name: String,
}

impl<'docker> DockerPod<'docker> {
    /// Starts a sandbox with these options, and two containers with others.
    #[track_caller]
    pub fn start(docker: &'docker Docker, name: &str, image: &str, sandbox: &[&str], containers: &[&str]) -> Self {
        let pod = Self { docker, name: name.to_owned() };
        let run = ["run", "--detach", "--network=none", "--ipc=shareable", "--name", name];
        docker.docker(&[&run, sandbox, &[image]].concat()).ok();
        for suffix in ["one", "two"] {
            let name = format!("--name={name}-{suffix}");
            pod.join(&[&["--detach", &name], containers].concat(), &[busybox::REFERENCE]);
        }
        pod
    }

    /// Runs a container in the namespaces of the pod.
    #[track_caller]
    fn join(&self, options: &[&str], image_and_command: &[&str]) {
        let [pid, network, ipc] = ["pid", "network", "ipc"].map(|kind| format!("--{kind}=container:{}", self.name));
        self.docker.docker(&[&["run", &pid, &network, &ipc], options, image_and_command].concat()).ok();
    }

    fn shell(&self, command: &str) -> Output {
        self.docker.docker(&["exec", &format!("{}-one", self.name), "sh", "-c", command])
    }

    #[track_caller]
    fn process(&self, container: &str) -> Process<'docker> {
        let pid = self.docker.docker(&["inspect", "--format={{.State.Pid}}", container]).ok();
        Process::new(&self.docker.machine, &pid)
    }
}

impl Pod for DockerPod<'_> {
    fn process_1(&self) -> Process<'_> {
        self.process(&self.name)
    }

    fn container(&self) -> Process<'_> {
        self.process(&format!("{}-one", self.name))
    }

    fn exec(&self, command: &str) -> String {
        self.shell(command).stdout
    }

    /// Does not wait: a client sometimes waits for ever for a command that ends together with its container (moby's
    /// issue 34472).
    fn end_by(&self, command: &str) {
        self.docker.docker(&["exec", "--detach", &format!("{}-one", self.name), "sh", "-c", command]);
    }

    fn run(&self, command: &str) {
        self.join(&["--rm", "--entrypoint=sh"], &[busybox::REFERENCE, "-c", command]);
    }

    fn stop(&self, grace_period: u32) {
        self.docker.docker(&["stop", "--time", &grace_period.to_string(), &self.name]).ok();
    }

    fn exit_status(&self) -> i64 {
        self.docker.docker(&["wait", &self.name]).ok().trim().parse().expect("a number")
    }

    fn log(&self) -> Option<String> {
        Some(self.docker.docker(&["logs", &self.name]).stderr)
    }

    fn remove(self: Box<Self>) {
        let [one, two] = ["one", "two"].map(|suffix| format!("{}-{suffix}", self.name));
        self.docker.docker(&["rm", "--force", &one, &two, &self.name]).ok();
    }
}

/// Asserts that the pod reaps and stops with status 0, and removes it.
#[track_caller]
pub fn assert_reaps_and_stops(pod: DockerPod) {
    assert_eq!(zombies_after_exec(&pod), 0);
    pod.stop(60);
    assert_eq!(pod.exit_status(), 0);
    Box::new(pod).remove();
}

impl Engine for Docker {
    fn version(&self) -> String {
        self.docker(&["version", "--format", "{{.Server.Version}}"]).ok()
    }

    fn id_of_sandbox(&self) -> u32 {
        65535
    }

    fn shared_namespaces(&self) -> &'static [&'static str] {
        &["pid", "net", "ipc"]
    }

    fn start_pod(&self, name: &str, sandbox_image: &str) -> Box<dyn Pod + '_> {
        Box::new(DockerPod::start(self, name, sandbox_image, &[], &[]))
    }

    fn inventory(&self) -> Inventory {
        Inventory::of(&self.machine)
    }

    fn run_extra_steps(&mut self, report: &mut Report) -> Option<()> {
        let limits = self.docker(&["info", "--format", "{{.MemoryLimit}} {{.PidsLimit}}"]).ok();
        if limits.trim() == "true true" {
            run_limited_pods(self, report)?;
        } else {
            report.note("not tried here: limits. Docker says that it has no controllers for them");
        }
        report.step("read-only, no capabilities, 6 MB, one process: it reaps and stops", || {
            let pod = DockerPod::start(self, "minimum", reference(), &MINIMUM, &[]);
            pod.process_1().assert_is_pause(self.id_of_sandbox());
            assert_eq!(pod.process_1().status("CapBnd"), "0000000000000000");
            assert_reaps_and_stops(pod);
        })?;
        report.step("as user 0 it has no privileges either, and SIGINT ends it with status 0", || {
            let pod = DockerPod::start(self, "root", reference(), &["--user=0"], &[]);
            pod.process_1().assert_is_pause(0);
            pod.process_1().signal(Signal::SIGINT);
            assert_eq!(pod.exit_status(), 0);
            Box::new(pod).remove();
        })
    }
}

/// Containers with limits of memory and of processes.
fn run_limited_pods(docker: &Docker, report: &mut Report) -> Option<()> {
    let pod = report.step("at most 20 processes: 300 orphans, one by one, make no fork fail", || {
        let pod = DockerPod::start(docker, "small", reference(), &[], &SMALL);
        pod.process_1().until_it_waits();
        let output = pod.shell(&abandon_one_by_one(300));
        assert_eq!((output.status.code(), &*output.stderr), (Some(0), ""));
        pod
    })?;
    report.step("control: with a process 1 that never reaps, fork fails at that limit", || {
        let pod = DockerPod::start(docker, "control", busybox::REFERENCE, &[], &SMALL);
        assert!(pod.shell(&abandon_one_by_one(300)).stderr.contains("can't fork"));
        Box::new(pod).remove();
    })?;
    report.step("the orphan of a process that the OOM killer ended is reaped", || {
        let killed = pod.shell("sleep 1000000 > /dev/null 2>&1 & exec tail /dev/zero");
        assert_eq!(killed.status.code(), Some(137), "{killed:?}");
        pod.process_1().until_it_has_adopted(1);
        assert_eq!(pod.process_1().zombies_of_orphans(|command| drop(pod.shell(command))), 0);
        Box::new(pod).remove();
    })
}
