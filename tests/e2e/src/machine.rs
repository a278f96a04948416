//! Namespaces in which an engine finds its folders empty, whatever is installed or runs here, and leaves nothing.
//!
//! It is a pod of the sandbox, so all that an engine starts ends with it, containers and their shims too. Its sockets,
//! images and mounts are in file systems in memory, which go with the last process that sees them.

use crate::cgroups::Parent;
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sys::signal::Signal;
use nix::unistd::geteuid;
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::deadline::PATIENCE;
use testkit::pod::waits_for_signals;
use testkit::programs::pause;
use testkit::{Pod, PodProcess, cgroup_cleanup, until};

/// Where engines keep what they have, and what they talk through.
const FOLDERS: [&str; 3] = ["/run", "/var/lib", "/etc/docker"];

/// A machine of its own. Dropped, everything in it ends.
pub struct Machine {
    pod: Pod,
    /// Dropped after the pod: a group can be removed when nobody is in it.
    cgroups: Parent,
}

/// What somebody else's program said.
#[derive(Debug)]
pub struct Said {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Machine {
    /// # Panics
    /// Where this user is not root. Engines can be run by others, but then work in other ways than on a node.
    #[expect(clippy::new_without_default, reason = "each one is another one")]
    #[track_caller]
    pub fn new() -> Self {
        assert!(
            geteuid().is_root(),
            "container engines run as root on a node, and so do their tests: run this as root"
        );
        let empty_folders = || {
            for folder in FOLDERS {
                match mount(None::<&str>, folder, Some("tmpfs"), MsFlags::empty(), None::<&str>) {
                    Ok(()) | Err(Errno::ENOENT) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(())
        };
        let mut pod = Pod::start_after(pause(), empty_folders);
        pod.init().until_it_waits();
        cgroup_cleanup::end_first(pod.pid());
        Self { pod, cgroups: Parent::new() }
    }

    /// The control group for an engine's containers.
    pub fn cgroup_parent(&self) -> String {
        self.cgroups.path()
    }

    /// The folders of that group, one in each hierarchy that it is in.
    pub fn cgroups(&self) -> impl Iterator<Item = &PathBuf> {
        self.cgroups.folders()
    }

    /// What its processes find at an absolute path.
    pub fn path(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{path}", self.pod.pid()))
    }

    /// Writes a file there, and makes the folder that it is in.
    #[track_caller]
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        let folder = path.parent().expect("a file is in a folder");
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, text)).expect("a file can be written there");
    }

    /// What `/proc` there says of a process: a folder. Its number is the one that it has there.
    pub fn proc(&self, pid: &str) -> PathBuf {
        self.pod.proc().join(pid.trim())
    }

    /// Waits until a process there waits for signals itself: a process 1 under test is set up by then.
    #[track_caller]
    pub fn until_it_waits(&self, pid: &str) {
        until(&format!("process {pid} waits for signals"), || waits_for_signals(&self.proc(pid)));
    }

    /// Sends a signal to a process there.
    #[track_caller]
    pub fn signal(&self, pid: &str, signal: Signal) {
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -s \"$1\" \"$2\"", "sh", signal.as_str().trim_start_matches("SIG"), pid]);
        self.run(kill).ok();
    }

    /// Starts a program there that goes on running. What it says is not heard unless it is given a pipe.
    #[track_caller]
    pub fn start(&self, program: Command) -> PodProcess {
        self.pod.join(program)
    }

    /// Runs a program there to its end.
    #[track_caller]
    pub fn run(&self, program: Command) -> Said {
        self.run_with(program, Stdio::null(), PATIENCE)
    }

    /// Like [`run`](Self::run), for one that reads `input` and may take as long as `patience`.
    #[track_caller]
    pub fn run_with(&self, mut program: Command, input: Stdio, patience: Duration) -> Said {
        // Files, as a pipe would have to be read while it runs.
        let [mut stdout, mut stderr] = [(); 2].map(|()| tempfile::tempfile().expect("a file can be made"));
        let copy = |file: &File| file.try_clone().expect("a descriptor");
        program.stdin(input).stdout(copy(&stdout)).stderr(copy(&stderr));
        let name = format!("{program:?}");
        let mut member = self.pod.join(program);
        let start = Instant::now();
        let status = loop {
            match member.status() {
                Some(status) => break status,
                None if start.elapsed() < patience => sleep(Duration::from_millis(2)),
                None => panic!("{name} took longer than {} s", patience.as_secs()),
            }
        };
        let text = |file: &mut File| {
            let mut bytes = Vec::new();
            file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("a file can be read");
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Said { status, stdout: text(&mut stdout), stderr: text(&mut stderr) }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        cgroup_cleanup::spare(self.pod.pid()); // it ends now, and its number may soon be another's
    }
}

impl Said {
    /// What it said to standard output.
    ///
    /// # Panics
    /// Where it failed.
    #[track_caller]
    pub fn ok(self) -> String {
        assert!(self.status.success(), "it failed: {self:#?}");
        self.stdout
    }
}
