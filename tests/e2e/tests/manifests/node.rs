//! A node with containerd, on which `containerd/switch.sh` runs.

use crate::{manifest, programs};
use e2e::cri_client::Cri;
use e2e::machine::Output;
use e2e::project::reference;
use e2e::{Machine, tool};
use k8s_cri::v1::*;
use std::io::Write;
use std::process::Command;
use testkit::PodProcess;
use testkit::deadline::until_some;
use tonic::Status;

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

/// Lists what a switch may change, except images: files with their contents, and containerd's namespaces.
const STATE: &str = r#"
    cd /
    files=$(ls -d run/node etc/systemd/system usr/local/lib/* var/lib/pause run/pause-switch.lock 2> /dev/null || true)
    find $files | sort
    find $files -type f -exec sha256sum {} + | sort
    ctr namespaces ls --quiet | grep -v k8s.io || true"#;

/// A node with containerd.
pub struct Node {
    pub machine: Machine,
    pub path: String,
    /// The process that started the node's systemd and ends with it, if the node has one.
    pub systemd: Option<PodProcess>,
}

impl Node {
    /// Starts containerd with this configuration, or without one. The node has no systemd.
    #[track_caller]
    pub fn new(release: &str, config: Option<&str>) -> Self {
        let node = Self::without_containerd(release, config);
        node.start();
        node
    }

    /// Makes a node on which nothing runs yet.
    #[track_caller]
    pub fn without_containerd(release: &str, config: Option<&str>) -> Self {
        tool("runc");
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", programs(release, "containerd").display());
        let node = Self { machine: Machine::create(), path, systemd: None };
        let folders = "/usr/local/lib /etc/systemd/system /run/node";
        node.shell(&format!("mkdir /run/node; for folder in {folders}; do mount -t tmpfs node $folder; done")).ok();
        node.shell(&format!("printf %s '{RESTART}' > /run/restart")).ok();
        if let Some(config) = config {
            node.write(config);
        }
        node
    }

    /// Starts containerd, and waits until it answers.
    #[track_caller]
    pub fn start(&self) {
        self.shell("sh /run/restart; until ctr version > /dev/null 2>&1; do sleep 0.05; done").ok();
    }

    /// Runs a shell command on the node.
    #[track_caller]
    pub fn shell(&self, line: &str) -> Output {
        let mut shell = Command::new("sh");
        match self.systemd {
            // systemctl has to be in the namespaces of its systemd.
            Some(_) => {
                shell.args(["-euc", "exec nsenter --target \"$(cat /run/systemd.pid)\" --mount --pid sh -euc \"$1\""])
            }
            None => shell.env("RESTART", "sh /run/restart").args(["-euc", "eval \"$1\""]),
        };
        shell.args(["sh", line]).env("PATH", &self.path).env("CONFIG", CONFIG).current_dir("/");
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

    /// Runs the script with one argument. It must fail with this message as its last line.
    #[track_caller]
    pub fn refuses(&self, argument: &str, message: &str) {
        let output = self.switch(argument);
        let last = output.stderr.lines().last().unwrap_or_default();
        assert!(last.contains(message) && output.status.code() == Some(1), "{message}: {output:#?}");
    }

    /// All that a switch may change, except images.
    #[track_caller]
    pub fn state(&self) -> String {
        self.shell(STATE).ok()
    }

    /// The images that the kubelet sees, with their labels.
    #[track_caller]
    pub fn images(&self) -> String {
        self.shell("ctr --namespace k8s.io images ls | sort").ok()
    }

    /// Removes all names of all images, as `crictl rmi --all` does.
    #[track_caller]
    pub fn remove_images(&self) {
        self.shell("ctr --namespace k8s.io images rm --sync $(ctr --namespace k8s.io images ls --quiet)").ok();
    }

    /// Asks for a pod in the node's network, as the kubelet does. It stays.
    #[track_caller]
    pub fn run_pod(&self, name: &str) -> Result<String, Status> {
        self.run_pod_with(name, "")
    }

    /// The same, with the runtime handler of this name.
    #[track_caller]
    pub fn run_pod_with(&self, name: &str, handler: &str) -> Result<String, Status> {
        let options = NamespaceOption {
            pid: NamespaceMode::Pod.into(),
            network: NamespaceMode::Node.into(),
            ..NamespaceOption::default()
        };
        let security_context =
            LinuxSandboxSecurityContext { namespace_options: Some(options), ..LinuxSandboxSecurityContext::default() };
        let linux = LinuxPodSandboxConfig {
            cgroup_parent: format!("{}/{name}", self.machine.cgroup_parent()),
            security_context: Some(security_context),
            ..LinuxPodSandboxConfig::default()
        };
        let metadata =
            PodSandboxMetadata { name: name.into(), uid: name.into(), namespace: "default".into(), attempt: 0 };
        let config = PodSandboxConfig { metadata: Some(metadata), linux: Some(linux), ..PodSandboxConfig::default() };
        let request = RunPodSandboxRequest { config: Some(config), runtime_handler: handler.into() };
        let cri = Cri::new(&self.machine.path("/run/containerd/containerd.sock"));
        // It answers before its interface for the kubelet is ready.
        until_some("containerd is initialized", || {
            let answer = cri.call(async |mut pods| pods.run_pod_sandbox(request.clone()).await);
            let is_early = |error: &Status| error.message().contains("not initialized yet");
            (!answer.as_ref().err().is_some_and(is_early)).then(|| answer.map(|answer| answer.pod_sandbox_id))
        })
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
