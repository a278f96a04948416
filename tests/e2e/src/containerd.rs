//! containerd, and its client `ctr`.

use crate::machine::{Machine, Output};
use crate::release::Release;
use nix::sys::signal::Signal;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use testkit::deadline::until_some;
use testkit::{PodProcess, until};

/// The path of the configuration file.
const CONFIGURATION: &str = "/run/containerd.toml";

/// `ctr` does not use the CRI plugin.
const WITHOUT_CRI: &str = "version = 2
disabled_plugins = [\"io.containerd.grpc.v1.cri\"]
";

/// containerd, on a machine of its own.
pub struct Containerd {
    /// `None` if systemd runs it.
    server: Option<PodProcess>,
    release: Release,
    /// Where it runs.
    pub machine: Machine,
}

impl Containerd {
    /// Starts a release for `ctr` only. Returns when it answers.
    #[track_caller]
    pub fn without_cri(release: Release) -> Self {
        Self::start(release, WITHOUT_CRI, release.machine_with_controllers())
    }

    /// Starts a release with this configuration. Returns when it answers.
    #[track_caller]
    pub fn start(release: Release, configuration: &str, machine: Machine) -> Self {
        release.require("runc"); // without it, containers would fail with a longer message
        machine.write(CONFIGURATION, configuration);
        let server = Some(machine.start(server(release)));
        let this = Self { server, release, machine };
        this.until_it_answers();
        this
    }

    /// The one that systemd runs on the machine that this process runs on. Returns when it answers.
    #[track_caller]
    pub fn here() -> Self {
        let this = Self { server: None, release: Release::Own, machine: Machine::here() };
        this.until_it_answers();
        this
    }

    /// Kills it with SIGKILL, as the OOM killer does, and starts it again.
    #[track_caller]
    pub fn kill_and_start_again(&mut self) {
        let mut killed = self.server.take().expect("a test started it");
        killed.signal(Signal::SIGKILL as i32);
        until("containerd is dead", || killed.status().is_some());
        self.server = Some(self.machine.start(server(self.release)));
        self.until_it_answers();
    }

    #[track_caller]
    fn until_it_answers(&self) {
        until("containerd answers", || self.ctr(&["version"]).status.success());
    }

    /// The version that it prints.
    #[track_caller]
    pub fn version(&self) -> String {
        let mut containerd = self.release.program("containerd");
        containerd.arg("--version");
        // The words are: containerd, a package, the version.
        let version = self.machine.run(containerd).ok().split_whitespace().nth(2).map(str::to_owned);
        version.expect("containerd prints its version").trim_start_matches('v').to_owned()
    }

    /// Runs `ctr` with these arguments.
    #[track_caller]
    pub fn ctr(&self, arguments: &[&str]) -> Output {
        self.machine.run(self.client(arguments))
    }

    /// Builds the command `ctr` with these arguments, to be started on the machine.
    #[track_caller]
    pub fn client(&self, arguments: &[&str]) -> Command {
        let mut client = self.release.program("ctr");
        client.args(arguments);
        client
    }

    /// Starts a container of this name. The client runs as long as the container, with its output and its exit status.
    #[track_caller]
    pub fn run(&self, image: &str, name: &str) -> PodProcess {
        let cgroup = format!("{}/{name}", self.machine.cgroup_parent());
        let mut client = self.client(&["run", "--rm", "--cgroup", &cgroup, image, name]);
        client.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.machine.start(client)
    }

    /// Waits for the process of a container and returns its process ID on the machine.
    #[track_caller]
    pub fn pid(&self, name: &str) -> String {
        until_some(&format!("the container {name} has a process"), || {
            let tasks = self.ctr(&["tasks", "ls"]).ok();
            let task = tasks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            task.filter(|task| task[0] == name && task[2] == "RUNNING").map(|task| task[1].to_owned()).next()
        })
    }
}

#[track_caller]
fn server(release: Release) -> Command {
    let mut server = release.program("containerd");
    server.args(["--config", CONFIGURATION]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Its shims are in the same folder; a release without a root takes this machine's runc.
    let folder = PathBuf::from(server.get_program()).parent().expect("a program is in a folder").to_owned();
    server.env("PATH", format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", folder.display()));
    server
}
