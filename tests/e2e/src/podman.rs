//! podman, of root and of an ordinary user. It needs no server.

use crate::machine::{Machine, Output};
use crate::tool;
use std::fs;
use std::os::unix::fs::chown;

/// Makes cgroups without systemd, logs to files, and sets limits that a root without CAP_SYS_RESOURCE may have.
pub const CONFIGURATION: &str = "[containers]
default_ulimits = [\"nofile=20000:20000\", \"nproc=32768:32768\"]
log_driver = \"k8s-file\"
[engine]
cgroup_manager = \"cgroupfs\"
events_logger = \"file\"
runtime = \"runc\"
";

/// The path of the configuration.
pub const CONFIGURATION_AT: &str = "/run/containers.conf";

/// The path at which every user can read an archive.
const ARCHIVE_AT: &str = "/run/archive.tar";

/// The ordinary user: the user and group ID, and the folders.
pub const USER: u32 = 1000;
const HOME: &str = "/var/lib/user";
const RUNTIME_FOLDER: &str = "/run/user";

/// An overlay on the machine's `/etc`.
const ETC_LAYERS: &str = "lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work";

/// podman, on a machine of its own.
pub struct Podman {
    /// Whether an ordinary user runs it.
    pub is_rootless: bool,
    /// Where it runs.
    pub machine: Machine,
}

impl Podman {
    /// podman of root.
    #[track_caller]
    pub fn rootful() -> Self {
        tool("runc"); // without it, containers would fail with a longer message
        let machine = Machine::create();
        machine.write(CONFIGURATION_AT, CONFIGURATION);
        Self { is_rootless: false, machine }
    }

    /// podman of an ordinary user, who has subordinate user and group IDs.
    #[track_caller]
    pub fn rootless() -> Self {
        tool("newuidmap"); // podman calls it
        let this = Self { is_rootless: true, ..Self::rootful() };
        let machine = &this.machine;
        for folder in ["/run/etc/upper", "/run/etc/work", HOME, RUNTIME_FOLDER] {
            fs::create_dir_all(machine.path(folder)).expect("a folder can be made");
        }
        let mut mount = tool("mount");
        mount.args(["-t", "overlay", "-o", ETC_LAYERS, "etc", "/etc"]);
        machine.run(mount).ok();
        machine.write("/etc/passwd", &format!("root:x:0:0::/root:/bin/sh\nuser:x:{USER}:{USER}::{HOME}:/bin/sh\n"));
        machine.write("/etc/group", &format!("root:x:0:\nuser:x:{USER}:\n"));
        for file in ["/etc/subuid", "/etc/subgid"] {
            machine.write(file, "user:100000:65536\n");
        }
        for folder in [HOME, RUNTIME_FOLDER] {
            chown(machine.path(folder), Some(USER), Some(USER)).expect("we are root");
        }
        this
    }

    /// Runs `podman` with these arguments.
    #[track_caller]
    pub fn podman(&self, arguments: &[&str]) -> Output {
        let mut command = tool("podman");
        command.env("TMPDIR", "/run");
        if self.is_rootless {
            let mut setpriv = tool("setpriv");
            setpriv.args([format!("--reuid={USER}"), format!("--regid={USER}")]).arg("--clear-groups");
            setpriv.arg(command.get_program()).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            setpriv.envs([("HOME", HOME), ("XDG_RUNTIME_DIR", RUNTIME_FOLDER), ("TMPDIR", HOME)]);
            command = setpriv;
        }
        command.args(arguments).env("CONTAINERS_CONF", CONFIGURATION_AT);
        self.machine.run(command)
    }

    /// Loads an archive, even if podman's user cannot read it.
    #[track_caller]
    pub fn load(&self, archive: &str) {
        self.podman(&["load", "--input", self.copy_archive(archive)]).ok();
    }

    /// Copies an archive to a path at which podman's user can read it.
    #[track_caller]
    pub fn copy_archive(&self, archive: &str) -> &'static str {
        fs::copy(archive, self.machine.path(ARCHIVE_AT)).expect("it can be copied");
        ARCHIVE_AT
    }

    /// The option that puts containers into the machine's cgroup. An ordinary user cannot make cgroups there.
    pub fn cgroup_option(&self) -> Option<String> {
        (!self.is_rootless).then(|| format!("--cgroup-parent={}", self.machine.cgroup_parent()))
    }

    /// Runs a container of this name in the background, without a network.
    #[track_caller]
    pub fn run(&self, image: &str, name: &str) {
        let cgroup = self.cgroup_option();
        let mut run = vec!["run", "--detach", "--network=none", "--name", name];
        run.extend(cgroup.as_deref());
        run.push(image);
        self.podman(&run).ok();
    }
}
