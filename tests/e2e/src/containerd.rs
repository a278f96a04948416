//! containerd, and its client `ctr`.

use crate::machine::{Machine, Said};
use crate::{project, tool};
use nix::sys::signal::Signal;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use testkit::deadline::until_some;
use testkit::{PodProcess, until};

/// Where it reads what it is told.
const CONFIGURATION: &str = "/run/containerd.toml";

/// No part of it for Kubernetes, which its own client does not use.
const WITHOUT_CRI: &str = "version = 2
disabled_plugins = [\"io.containerd.grpc.v1.cri\"]
";

/// A release of containerd, as Debian has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// This machine's own: 1.6 in bookworm.
    Own,
    /// 1.7, of trixie.
    Trixie,
    /// 2, of forky.
    Forky,
}

/// containerd, on a machine of its own.
pub struct Containerd {
    server: PodProcess,
    release: Release,
    pub machine: Machine,
}

impl Containerd {
    /// Starts this machine's own, for `ctr` alone; returns when it answers.
    #[expect(clippy::new_without_default, reason = "each one is another one")]
    #[track_caller]
    pub fn new() -> Self {
        Self::start(Release::Own, WITHOUT_CRI, Machine::new())
    }

    /// Starts a release of it with this configuration; returns when it answers.
    #[track_caller]
    pub fn start(release: Release, configuration: &str, machine: Machine) -> Self {
        tool("runc"); // or containers would fail to start with a longer story
        machine.write(CONFIGURATION, configuration);
        let server = machine.start(release.server());
        let this = Self { server, release, machine };
        this.until_it_answers();
        this
    }

    /// Kills it outright, as the kernel does that is out of memory, and starts it again.
    #[track_caller]
    pub fn kill_and_start_again(&mut self) {
        self.server = {
            self.server.signal(Signal::SIGKILL as i32);
            until("containerd is dead", || self.server.status().is_some());
            self.machine.start(self.release.server())
        };
        self.until_it_answers();
    }

    #[track_caller]
    fn until_it_answers(&self) {
        until("containerd answers", || self.ctr(&["version"]).status.success());
    }

    /// Runs `ctr` with these arguments.
    #[track_caller]
    pub fn ctr(&self, arguments: &[&str]) -> Said {
        self.machine.run(self.client(arguments))
    }

    /// `ctr` with these arguments, to be started on the machine.
    #[track_caller]
    pub fn client(&self, arguments: &[&str]) -> Command {
        let mut client = self.release.program("ctr");
        client.args(arguments);
        client
    }

    /// Starts a container of this name. The client stays with it, says what it says, and ends as it ends.
    #[track_caller]
    pub fn run(&self, image: &str, name: &str) -> PodProcess {
        let cgroup = format!("{}/{name}", self.machine.cgroup_parent());
        let mut client = self.client(&["run", "--rm", "--cgroup", &cgroup, image, name]);
        client.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.machine.start(client)
    }

    /// The process of a container that was started, when it is there: its number, as its machine has it.
    #[track_caller]
    pub fn pid(&self, name: &str) -> String {
        until_some(&format!("the container {name} has a process"), || {
            let tasks = self.ctr(&["tasks", "ls"]).ok();
            let task = tasks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            task.filter(|task| task[0] == name && task[2] == "RUNNING").map(|task| task[1].to_owned()).next()
        })
    }
}

impl Release {
    /// The version that it says it is.
    #[track_caller]
    pub fn version(self) -> String {
        let said = project::output(self.program("containerd").arg("--version"));
        // Its name and where it is from come first.
        let version = String::from_utf8_lossy(&said).split_whitespace().nth(2).map(str::to_owned);
        version.expect("it says its version").trim_start_matches('v').to_owned()
    }

    #[track_caller]
    fn server(self) -> Command {
        let mut server = self.program("containerd");
        server.args(["--config", CONFIGURATION]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Its shims are beside it, and runc is this machine's own.
        let folder = PathBuf::from(server.get_program()).parent().expect("a program is in a folder").to_owned();
        server.env("PATH", format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", folder.display()));
        server
    }

    /// A program of this release.
    ///
    /// # Panics
    /// Where it is not installed; the message says how it can be.
    #[track_caller]
    fn program(self, name: &str) -> Command {
        let release = match self {
            Self::Own => return tool(name),
            Self::Trixie => "trixie",
            Self::Forky => "forky",
        };
        let program = project::folder().join("target/debian").join(release).join("usr/bin").join(name);
        assert!(
            program.is_file(),
            "{name} of Debian {release} is not here: build/setup/debian.sh {release} containerd"
        );
        Command::new(program)
    }
}
