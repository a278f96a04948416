//! A Docker engine, and its client.

use crate::machine::{Machine, Said};
use crate::tool;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use testkit::{PodProcess, until};

/// Where what it says is kept.
pub const LOG_AT: &str = "/run/dockerd.log";

/// A Docker engine, on a machine of its own.
pub struct Docker {
    _server: PodProcess,
    pub machine: Machine,
}

impl Docker {
    /// Starts it; returns when it answers.
    #[expect(clippy::new_without_default, reason = "each one is another one")]
    #[track_caller]
    pub fn new() -> Self {
        Self::with(&[], |_| ())
    }

    /// Starts it with further arguments, on a machine that is prepared for that.
    #[track_caller]
    pub fn with(arguments: &[&str], prepare: impl FnOnce(&Machine)) -> Self {
        let machine = Machine::new();
        prepare(&machine);
        let log = File::create(machine.path(LOG_AT)).expect("it is in memory");
        let mut server = tool("dockerd");
        server.args(arguments);
        // It has no network of any kind: nothing here needs one, and making one needs the whole machine's firewall.
        server.args(["--iptables=false", "--ip6tables=false", "--bridge=none", "--cgroup-parent"]);
        server.arg(machine.cgroup_parent()).stdout(Stdio::null()).stderr(log);
        let server = machine.start(server);
        let this = Self { _server: server, machine };
        until("the Docker engine answers", || this.docker(&["version"]).status.success());
        this
    }

    /// Runs `docker` with these arguments.
    #[track_caller]
    pub fn docker(&self, arguments: &[&str]) -> Said {
        self.machine.run(client(arguments))
    }

    /// Like [`docker`](Self::docker), for what reads `input` and may take as long as `patience`.
    #[track_caller]
    pub fn docker_with(&self, arguments: &[&str], input: Stdio, patience: Duration) -> Said {
        self.machine.run_with(client(arguments), input, patience)
    }

    /// Builds the image of a folder with a `Dockerfile`, without a network, with the classic builder or with BuildKit.
    #[track_caller]
    pub fn build(&self, with: Builder, folder: &Path, arguments: &[&str]) {
        let mut build = client(&["build", "--network=none"]);
        build.args(arguments).arg(folder).env("DOCKER_BUILDKIT", if with == Builder::BuildKit { "1" } else { "0" });
        self.machine.run_with(build, Stdio::null(), Duration::from_secs(900)).ok();
    }
}

/// The two builders that an engine has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Builder {
    Classic,
    BuildKit,
}

#[track_caller]
fn client(arguments: &[&str]) -> Command {
    let mut client = tool("docker");
    client.args(arguments).env_remove("DOCKER_HOST").env_remove("DOCKER_CONTEXT");
    client
}
