//! podman, which needs no server; root's, and that of an ordinary user.

use crate::machine::{Machine, Said};
use crate::tool;
use std::fs;
use std::os::unix::fs::chown;

/// What it is told: to make control groups by itself, to keep logs in files, and limits that a container may have
/// whose root cannot raise any.
pub const CONFIGURATION: &str = "[containers]
default_ulimits = [\"nofile=20000:20000\", \"nproc=32768:32768\"]
log_driver = \"k8s-file\"
[engine]
cgroup_manager = \"cgroupfs\"
events_logger = \"file\"
runtime = \"runc\"
";

/// Where it is told that, and where it is given archives.
pub const CONFIGURATION_AT: &str = "/run/containers.conf";
const ARCHIVE_AT: &str = "/run/archive.tar";

/// The ordinary user: the number, which is the group's too, and what is this user's.
const USER: u32 = 1000;
const HOME: &str = "/var/lib/user";
const RUNTIME_FOLDER: &str = "/run/user";

/// The machine's own `/etc`, and above it what is written there.
const ETC_LAYERS: &str = "lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work";

/// podman, on a machine of its own.
pub struct Podman {
    /// Whether it is an ordinary user's.
    pub is_rootless: bool,
    pub machine: Machine,
}

impl Podman {
    #[expect(clippy::new_without_default, reason = "each one is another one")]
    #[track_caller]
    pub fn new() -> Self {
        tool("runc"); // or containers would fail to start with a longer story
        let machine = Machine::new();
        machine.write(CONFIGURATION_AT, CONFIGURATION);
        Self { is_rootless: false, machine }
    }

    /// The podman of an ordinary user, who has numbers of users and groups for containers.
    #[track_caller]
    pub fn rootless() -> Self {
        tool("newuidmap"); // podman calls it
        let this = Self { is_rootless: true, ..Self::new() };
        let machine = &this.machine;
        for folder in ["/run/etc/upper", "/run/etc/work", HOME, RUNTIME_FOLDER] {
            fs::create_dir_all(machine.path(folder)).expect("it is in memory");
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
    pub fn podman(&self, arguments: &[&str]) -> Said {
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

    /// Has it load an archive, which its user need not be able to reach.
    #[track_caller]
    pub fn load(&self, archive: &str) {
        self.podman(&["load", "--input", self.reachable(archive)]).ok();
    }

    /// Copies an archive to where its user can read it.
    #[track_caller]
    pub fn reachable(&self, archive: &str) -> &'static str {
        fs::copy(archive, self.machine.path(ARCHIVE_AT)).expect("it can be copied");
        ARCHIVE_AT
    }

    /// The option that puts containers' control groups where they are removed. An ordinary user has none.
    pub fn cgroup_option(&self) -> Option<String> {
        (!self.is_rootless).then(|| format!("--cgroup-parent={}", self.machine.cgroup_parent()))
    }

    /// Adds a line to what it is told as an engine.
    #[track_caller]
    pub fn configure(&self, line: &str) {
        self.machine.write(CONFIGURATION_AT, &format!("{CONFIGURATION}{line}\n"));
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
