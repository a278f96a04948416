//! Bundles that are made by hand, and the runtime that runs them: by itself, or wrapped.

use super::{RUNTIME_AT, install};
use e2e::machine::{Machine, Output};
use e2e::release::Release;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use testkit::PodProcess;

/// The folder of the bundles on the machine.
const BUNDLES: &str = "/run/bundles";

/// A root with BusyBox, which all bundles share.
const ROOT: &str = "/run/root-of-bundles";

/// Which runtime is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    Wrapped,
    Alone,
}

/// A machine with a runtime and `oci-init`.
pub struct Runtime {
    pub machine: Machine,
    path: String,
}

impl Runtime {
    /// Starts a machine with a runtime. crun refuses a mixture of both versions of cgroups.
    #[track_caller]
    pub fn start(release: Release, name: &str) -> Self {
        let path = release.program(name).get_program().to_string_lossy().into_owned();
        let is_mixed = release == Release::Own && name == "crun";
        let machine = if is_mixed { Machine::create_with_version_2() } else { release.machine() };
        machine.overlay_etc();
        install(&machine, &path);
        let this = Self { machine, path };
        for folder in ["bin", "proc", "dev", "tmp"] {
            fs::create_dir_all(this.machine.path(ROOT).join(folder)).expect("a folder can be made");
        }
        fs::copy("/bin/busybox", this.machine.path(ROOT).join("bin/busybox")).expect("busybox-static is installed");
        for link in ["sh", "sleep"] {
            symlink("busybox", this.machine.path(ROOT).join("bin").join(link)).expect("a link can be made");
        }
        this
    }

    /// The first line of `--version`, which the wrapped runtime answers.
    pub fn version(&self) -> String {
        let version = self.run(Called::Wrapped, &["--version"]).ok();
        assert_eq!(version, self.run(Called::Alone, &["--version"]).ok());
        version.lines().next().and_then(|line| line.split_whitespace().last()).expect("a version").to_owned()
    }

    /// Makes a bundle whose program is a shell script, changed by `change`.
    pub fn bundle(&self, name: &str, script: &str, change: impl FnOnce(&mut Value)) {
        let mut spec = spec(&format!("{}/{name}", self.machine.cgroup_parent()), &["/bin/sh", "-c", script]);
        change(&mut spec);
        self.machine.write(&format!("{BUNDLES}/{name}/config.json"), &spec.to_string());
    }

    /// Builds a call of the runtime.
    pub fn command(&self, called: Called, arguments: &[&str]) -> Command {
        let mut command = Command::new(if called == Called::Wrapped { RUNTIME_AT } else { &self.path });
        command.args(["--root", "/run/state"]).args(arguments).stdin(Stdio::null());
        command
    }

    /// Calls the runtime.
    #[track_caller]
    pub fn run(&self, called: Called, arguments: &[&str]) -> Output {
        self.machine.run(self.command(called, arguments))
    }

    /// Builds the call that runs the container of a bundle.
    pub fn run_command(&self, called: Called, name: &str, options: &[&str]) -> Command {
        let bundle = format!("{BUNDLES}/{name}");
        self.command(called, &[&["run", "--bundle", &bundle], options, &[name]].concat())
    }

    /// Runs the container of a bundle to its end.
    #[track_caller]
    pub fn run_bundle(&self, called: Called, name: &str) -> Output {
        self.machine.run(self.run_command(called, name, &[]))
    }

    /// Starts the container of a bundle. The process ends with it, with its status.
    #[track_caller]
    pub fn start_bundle(&self, called: Called, name: &str) -> PodProcess {
        let mut command = self.run_command(called, name, &[]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        self.machine.start(command)
    }

    /// Runs a shell script in a container.
    #[track_caller]
    pub fn exec(&self, name: &str, script: &str) -> Output {
        self.run(Called::Wrapped, &["exec", name, "/bin/sh", "-c", script])
    }

    /// Ends a container and removes it.
    #[track_caller]
    pub fn delete(&self, name: &str) {
        self.run(Called::Wrapped, &["delete", "--force", name]).ok();
    }

    /// The path of a file of a bundle, for this process.
    pub fn file(&self, name: &str, file: &str) -> std::path::PathBuf {
        self.machine.path(&format!("{BUNDLES}/{name}/{file}"))
    }
}

/// A container as an engine makes it: no capability, no new privileges, a read-only root, namespaces of its own.
fn spec(cgroup: &str, args: &[&str]) -> Value {
    let namespaces = ["pid", "mount", "ipc", "uts", "network"].map(|kind| json!({ "type": kind }));
    json!({
        "ociVersion": "1.0.2",
        "process": {
            "terminal": false,
            "user": { "uid": 65534, "gid": 65534 },
            "args": args,
            "env": ["PATH=/bin"],
            "cwd": "/",
            "capabilities": { "bounding": [], "effective": [], "permitted": [] },
            "noNewPrivileges": true,
        },
        "root": { "path": ROOT, "readonly": true },
        "hostname": "bundle",
        "mounts": [
            { "destination": "/proc", "type": "proc", "source": "proc" },
            { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"] },
            {
                "destination": "/dev/pts",
                "type": "devpts",
                "source": "devpts",
                "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"],
            },
        ],
        "linux": { "namespaces": namespaces, "cgroupsPath": cgroup },
    })
}
