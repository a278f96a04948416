//! podman, which needs no server.

use crate::machine::{Machine, Said};
use crate::tool;
use std::io::Write;
use tempfile::NamedTempFile;

/// What it is told: to make control groups by itself, to keep logs in files, and limits that a container may have
/// whose root cannot raise any.
const CONFIGURATION: &str = "[containers]
default_ulimits = [\"nofile=20000:20000\", \"nproc=32768:32768\"]
log_driver = \"k8s-file\"
[engine]
cgroup_manager = \"cgroupfs\"
events_logger = \"file\"
runtime = \"runc\"
";

/// podman, on a machine of its own.
pub struct Podman {
    configuration: NamedTempFile,
    pub machine: Machine,
}

impl Podman {
    #[expect(clippy::new_without_default, reason = "each one is another one")]
    #[track_caller]
    pub fn new() -> Self {
        tool("runc"); // or containers would fail to start with a longer story
        let mut configuration = NamedTempFile::new().expect("a file can be made");
        configuration.write_all(CONFIGURATION.as_bytes()).expect("it can be written");
        Self { configuration, machine: Machine::new() }
    }

    /// Runs `podman` with these arguments.
    #[track_caller]
    pub fn podman(&self, arguments: &[&str]) -> Said {
        let mut podman = tool("podman");
        podman.args(arguments).env("CONTAINERS_CONF", self.configuration.path()).env("TMPDIR", "/run");
        self.machine.run(podman)
    }

    /// Runs a container of this name in the background, without a network.
    #[track_caller]
    pub fn run(&self, image: &str, name: &str) {
        let parent = self.machine.cgroup_parent();
        self.podman(&["run", "--detach", "--network=none", "--cgroup-parent", &parent, "--name", name, image]).ok();
    }
}
