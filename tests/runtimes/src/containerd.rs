//! containerd, and its client `ctr`.

use crate::machine::{Machine, Said};
use crate::tool;
use sandbox::deadline::until_some;
use sandbox::{Member, until};
use std::io::Write;
use std::process::Stdio;

/// What it is told: no part of it for Kubernetes, which the client does not use.
const CONFIGURATION: &str = "version = 2
disabled_plugins = [\"io.containerd.grpc.v1.cri\"]
";

/// containerd, on a machine of its own.
pub struct Containerd {
    _server: Member,
    pub machine: Machine,
}

impl Containerd {
    /// Starts it; returns when it answers.
    #[expect(clippy::new_without_default, reason = "each one is another one")]
    #[track_caller]
    pub fn new() -> Self {
        let machine = Machine::new();
        let mut configuration = tempfile::NamedTempFile::new().expect("a file can be made");
        configuration.write_all(CONFIGURATION.as_bytes()).expect("it can be written");
        let mut server = tool("containerd");
        server.arg("--config").arg(configuration.path()).stdout(Stdio::null()).stderr(Stdio::null());
        tool("runc"); // or containers would fail to start with a longer story
        let server = machine.start(server);
        let this = Self { _server: server, machine };
        until("containerd answers", || this.ctr(&["version"]).status.success());
        this
    }

    /// Runs `ctr` with these arguments.
    #[track_caller]
    pub fn ctr(&self, arguments: &[&str]) -> Said {
        let mut client = tool("ctr");
        client.args(arguments);
        self.machine.run(client)
    }

    /// Starts a container of this name. The client stays with it, says what it says, and ends as it ends.
    #[track_caller]
    pub fn run(&self, image: &str, name: &str) -> Member {
        let cgroup = format!("{}/{name}", self.machine.cgroup_parent());
        let mut client = tool("ctr");
        client.args(["run", "--rm", "--cgroup", &cgroup, image, name]);
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
