//! A Docker engine, and its client.

use crate::machine::{Machine, Output};
use crate::release::Release;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use testkit::{PodProcess, until};

/// The path of the engine's configuration.
pub const CONFIGURATION_AT: &str = "/run/daemon.json";

/// The path of the engine's log.
pub const LOG_AT: &str = "/run/dockerd.log";

/// A Docker engine, on a machine of its own.
pub struct Docker {
    _server: PodProcess,
    release: Release,
    /// Where it runs.
    pub machine: Machine,
}

impl Docker {
    /// Returns when it answers.
    #[track_caller]
    pub fn start(release: Release) -> Self {
        Self::start_after(release, |_| ())
    }

    /// Starts it after `prepare`, which may write its configuration.
    #[track_caller]
    pub fn start_after(release: Release, prepare: impl FnOnce(&Machine)) -> Self {
        let machine = release.machine();
        machine.write(CONFIGURATION_AT, "{}");
        prepare(&machine);
        let log = File::create(machine.path(LOG_AT)).expect("a file can be made");
        let mut server = release.program("dockerd");
        server.args(["--config-file", CONFIGURATION_AT]);
        // Nothing here needs a network, and Docker's would change the firewall of the whole machine.
        server.args(["--iptables=false", "--ip6tables=false", "--bridge=none", "--cgroup-parent"]);
        server.arg(machine.cgroup_parent()).stdout(Stdio::null()).stderr(log);
        let server = machine.start(server);
        let this = Self { _server: server, release, machine };
        until("the Docker engine answers", || this.docker(&["version"]).status.success());
        this
    }

    /// Runs `docker` with these arguments.
    #[track_caller]
    pub fn docker(&self, arguments: &[&str]) -> Output {
        self.machine.run(self.client(arguments))
    }

    /// Like [`docker`](Self::docker), with a standard input and a time limit.
    #[track_caller]
    pub fn docker_with(&self, arguments: &[&str], input: Stdio, limit: Duration) -> Output {
        self.machine.run_with(self.client(arguments), input, limit)
    }

    #[track_caller]
    fn client(&self, arguments: &[&str]) -> Command {
        let mut client = self.release.program("docker");
        client.args(arguments).env_remove("DOCKER_HOST").env_remove("DOCKER_CONTEXT");
        client
    }

    /// Builds the `Dockerfile` in a folder, without a network.
    #[track_caller]
    pub fn build(&self, builder: Builder, folder: &Path, arguments: &[&str]) {
        let mut build = self.client(&["build", "--network=none"]);
        build.args(arguments).arg(folder).env("DOCKER_BUILDKIT", if builder == Builder::BuildKit { "1" } else { "0" });
        self.machine.run_with(build, Stdio::null(), Duration::from_secs(900)).ok();
    }
}

/// The two builders of an engine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Builder {
    /// The one of the engine itself.
    Classic,
    /// The newer one, a part of the engine too.
    BuildKit,
}
