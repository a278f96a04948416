//! podman, of root and of an ordinary user. It needs no server.

use crate::machine::{Machine, Output};
use crate::release::Release;
use crate::tool;
use std::fs;
use std::os::unix::fs::chown;
use std::process::Command;
use testkit::{PodProcess, until};

/// Makes cgroups without systemd, logs to files, sets limits that a root without CAP_SYS_RESOURCE may have, and none of
/// cgroups, whose controllers this machine may have in version 1.
pub fn configuration(runtime: &str) -> String {
    format!(
        "[containers]
default_ulimits = [\"nofile=20000:20000\", \"nproc=32768:32768\"]
log_driver = \"k8s-file\"
pids_limit = 0
[engine]
cgroup_manager = \"cgroupfs\"
events_logger = \"file\"
runtime = \"{runtime}\"
"
    )
}

/// The path of the configuration.
const CONFIGURATION_AT: &str = "/run/containers.conf";

/// The path of a configuration that adds to it, since podman 4.6.
const MORE_AT: &str = "/run/more.conf";

/// The path at which every user can read an archive.
const ARCHIVE_AT: &str = "/run/archive.tar";

/// The ordinary user: the user and group ID, and the folders.
pub const USER: u32 = 1000;
const HOME: &str = "/var/lib/user";
const RUNTIME_FOLDER: &str = "/run/user";

/// The first of root's and of the user's subordinate IDs.
const IDS_OF_ROOT: u32 = 1_000_000;
const IDS_OF_USER: u32 = 100_000;

/// Sets the variables with which podman finds its configuration.
pub fn set_variables(command: &mut Command) -> &mut Command {
    command.env("CONTAINERS_CONF", CONFIGURATION_AT).env("CONTAINERS_CONF_OVERRIDE", MORE_AT)
}

/// Removes a container or a pod: `remove` runs podman. podman can find a folder busy that another process of podman, which
/// cleans up after the same container, is still unmounting (podman's issue 11594). Then it must be told once more.
#[track_caller]
pub fn until_removed(remove: impl Fn() -> Output) {
    until("podman removes it", || {
        let output = remove();
        !output.stderr.contains("device or resource busy") && {
            output.ok();
            true
        }
    });
}

/// podman, on a machine of its own.
pub struct Podman {
    /// Whether an ordinary user runs it.
    pub is_rootless: bool,
    /// Where it runs.
    pub machine: Machine,
    release: Release,
}

impl Podman {
    /// podman of root, with an OCI runtime.
    #[track_caller]
    pub fn rootful(release: Release, runtime: &str) -> Self {
        release.require(runtime); // without it, containers would fail with a longer message
        let machine = release.machine();
        machine.write(CONFIGURATION_AT, &configuration(runtime));
        machine.write(MORE_AT, "");
        machine.overlay_etc();
        // podman of root takes the subordinate IDs of `containers`.
        let users = format!(
            "root:x:0:0::/root:/bin/sh\nuser:x:{USER}:{USER}::{HOME}:/bin/sh\ncontainers:x:999:999::/:/bin/sh\n"
        );
        machine.write("/etc/passwd", &users);
        machine.write("/etc/group", &format!("root:x:0:\nuser:x:{USER}:\ncontainers:x:999:\n"));
        for file in ["/etc/subuid", "/etc/subgid"] {
            machine.write(file, &format!("user:{IDS_OF_USER}:65536\ncontainers:{IDS_OF_ROOT}:65536\n"));
        }
        Self { is_rootless: false, machine, release }
    }

    /// podman of an ordinary user, who has subordinate user and group IDs.
    #[track_caller]
    pub fn rootless(release: Release, runtime: &str) -> Self {
        release.require("newuidmap"); // podman calls it
        let this = Self { is_rootless: true, ..Self::rootful(release, runtime) };
        for folder in [HOME, RUNTIME_FOLDER].map(|folder| this.machine.path(folder)) {
            fs::create_dir_all(&folder).expect("a folder can be made");
            chown(folder, Some(USER), Some(USER)).expect("we are root");
        }
        this
    }

    /// The user ID, outside, of root in the first user namespace that `--userns=auto` makes.
    pub fn first_automatic_id(&self) -> u32 {
        if self.is_rootless { IDS_OF_USER } else { IDS_OF_ROOT }
    }

    /// Adds to the configuration, instead of what was added before.
    pub fn configure(&self, toml: &str) {
        self.machine.write(MORE_AT, toml);
    }

    /// Runs `podman` with these arguments.
    #[track_caller]
    pub fn podman(&self, arguments: &[&str]) -> Output {
        self.machine.run(self.command(arguments))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.release.program("podman");
        if self.is_rootless {
            let mut setpriv = tool("setpriv");
            setpriv.args([format!("--reuid={USER}"), format!("--regid={USER}")]).arg("--clear-groups");
            setpriv.arg(command.get_program()).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            setpriv.envs([("HOME", HOME), ("XDG_RUNTIME_DIR", RUNTIME_FOLDER)]);
            command = setpriv;
        }
        command.args(arguments).env("TMPDIR", if self.is_rootless { HOME } else { "/run" });
        set_variables(&mut command);
        command
    }

    /// Starts the API at a socket, until the process is dropped.
    #[track_caller]
    pub fn serve(&self, socket: &str) -> PodProcess {
        let server = self.machine.start(self.command(&["system", "service", "--time=0", &format!("unix://{socket}")]));
        until("podman serves its API", || self.machine.path(socket).exists());
        server
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
