//! A node with containerd, on which `containerd/switch.sh` runs.

use crate::{manifest, programs};
use e2e::Machine;
use e2e::machine::Output;
use e2e::project::reference;
use std::io::Write;
use std::process::Command;

/// The script under test, in `manifests/`.
pub const SWITCH: &str = "containerd/switch.sh";

/// The path of the node's configuration, in a file system of its own.
pub const CONFIG: &str = "/run/node/config.toml";

/// Restarts containerd, as systemd does with `KillMode=process`.
const RESTART: &str = r#"
    [ ! -e /run/pid ] || { kill "$(cat /run/pid)"; while [ -d "/proc/$(cat /run/pid)" ]; do sleep 0.05; done; }
    [ -e /run/node/config.toml ] && config=/run/node/config.toml || config=/run/none.toml
    containerd config default | grep ^version > /run/none.toml
    containerd --config "$config" < /dev/null > /run/log 2>&1 &
    echo $! > /run/pid"#;

/// A node with containerd.
pub struct Node {
    pub machine: Machine,
    path: String,
}

impl Node {
    /// Starts containerd with this configuration, or without one.
    #[track_caller]
    pub fn new(release: &str, config: Option<&str>) -> Self {
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", programs(release, "containerd").display());
        let node = Self { machine: Machine::create(), path };
        node.shell("mkdir /run/node").ok();
        node.shell(&format!("printf %s '{RESTART}' > /run/restart")).ok();
        if let Some(config) = config {
            node.write(config);
        }
        node.shell("sh /run/restart; until ctr version > /dev/null 2>&1; do sleep 0.05; done").ok();
        node
    }

    /// Runs a shell command on the node.
    #[track_caller]
    pub fn shell(&self, line: &str) -> Output {
        let mut shell = Command::new("sh");
        shell.args(["-euc", line]).env("PATH", &self.path).env("CONFIG", CONFIG);
        shell.env("RESTART", "sh /run/restart").current_dir("/");
        self.machine.run(shell)
    }

    /// Writes the configuration.
    #[track_caller]
    pub fn write(&self, config: &str) {
        let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
        file.write_all(config.as_bytes()).expect("a file can be written");
        self.shell(&format!("cat {} > {CONFIG}", file.path().display())).ok();
    }

    /// Runs the script with one argument.
    #[track_caller]
    pub fn switch(&self, argument: &str) -> Output {
        self.shell(&format!("sh {} {argument}", manifest(SWITCH).display()))
    }

    /// Reads the configuration, if there is one.
    #[track_caller]
    pub fn config(&self) -> Option<String> {
        Some(self.shell(&format!("cat {CONFIG}"))).filter(|output| output.status.success()).map(Output::ok)
    }

    /// All settings that containerd reads from it.
    #[track_caller]
    pub fn dump(&self) -> String {
        self.shell(&format!("containerd --config {CONFIG} config dump | grep -v ^imports")).ok()
    }

    /// The names of all files in the folder of the configuration.
    #[track_caller]
    pub fn files(&self) -> String {
        self.shell("ls -A /run/node").ok().replace('\n', " ")
    }

    /// The process ID of containerd.
    #[track_caller]
    pub fn server(&self) -> String {
        self.shell("cat /run/pid").ok()
    }

    /// Whether our image is pinned.
    #[track_caller]
    pub fn is_pinned(&self) -> bool {
        self.has_pinned(reference())
    }

    #[track_caller]
    pub fn has_pinned(&self, image: &str) -> bool {
        let line = format!("ctr --namespace k8s.io images ls name=={image} | grep -c pinned=pinned || true");
        self.shell(&line).ok().trim() == "1"
    }
}

/// Whether a configuration has the name of an image, not just a name that begins so.
pub fn is_named(config: &str, image: &str) -> bool {
    ['"', '\''].iter().any(|quote| config.contains(&format!("{quote}{image}{quote}")))
}
