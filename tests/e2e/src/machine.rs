//! A machine of its own for an engine: namespaces in which its folders are empty, and in which it leaves nothing behind.
//!
//! It is a pod of the testkit. All processes that an engine starts end with it, including containers and shims. Sockets,
//! images and mounts are in file systems in memory, which end with the last process that uses them.
//!
//! In a virtual machine, it can also be that machine itself.

use crate::cgroups::{Parent, View, join_engine};
pub use crate::output::Output;
use crate::root::Root;
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns};
use nix::sys::signal::Signal;
use nix::unistd::geteuid;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::deadline::TIMEOUT;
use testkit::pod::waits_for_signals;
use testkit::programs::pause;
use testkit::{Pod, PodProcess, cgroup_cleanup, until};

/// The folders of engines' data and sockets.
const FOLDERS: [&str; 4] = ["/run", "/var/lib", "/etc/docker", "/dev/shm"];

/// Dropped, it ends with all of its processes.
pub struct Machine {
    place: Place,
    /// Dropped after the pod: only an empty cgroup can be removed.
    cgroups: Parent,
}

/// Where a machine is.
enum Place {
    Namespaces {
        pod: Pod,
        has_cgroup_namespace: bool,
    },
    /// The machine that this process runs on.
    Here,
}

impl Machine {
    /// A machine with the programs and the cgroups of this one.
    ///
    /// # Panics
    /// If this user is not root, as on a node.
    #[track_caller]
    pub fn create() -> Self {
        assert_root();
        let (view, parent) = View::of_this_machine();
        Self::boot(parent, false, move || view.replace())
    }

    /// A machine with the programs of this one, and with cgroups of version 2 alone: for crun.
    ///
    /// # Panics
    /// If this user is not root, as on a node.
    #[track_caller]
    pub fn create_with_version_2() -> Self {
        assert_root();
        let (view, parent) = View::version_2();
        Self::boot(parent, true, move || {
            view.begin()?;
            view.replace()
        })
    }

    /// The machine that this process runs on, with systemd. What engines leave behind there stays.
    ///
    /// # Panics
    /// If this user is not root, as on a node.
    #[track_caller]
    pub fn here() -> Self {
        assert_root();
        Self { place: Place::Here, cgroups: Parent::of_kubelet() }
    }

    /// A machine with the programs of another root, and with these cgroups.
    ///
    /// # Panics
    /// If this user is not root, as on a node.
    #[track_caller]
    pub fn create_in(root: Root, (view, parent): (View, Parent)) -> Self {
        assert_root();
        let has_cgroup_namespace = matches!(view, View::Namespace(_));
        Self::boot(parent, has_cgroup_namespace, move || {
            view.begin()?;
            root.enter(|path| view.mount(path))
        })
    }

    /// Starts it. `enter` sets up its root, when it has a file system in memory at `/run`.
    #[track_caller]
    fn boot(
        cgroups: Parent,
        has_cgroup_namespace: bool,
        mut enter: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let mut pod = Pod::start_after(pause(), move || {
            mount_memory("/run")?;
            enter()?;
            FOLDERS.iter().try_for_each(|folder| mount_memory(folder))
        });
        pod.init().until_it_waits();
        cgroup_cleanup::kill_first(pod.pid());
        Self { place: Place::Namespaces { pod, has_cgroup_namespace }, cgroups }
    }

    /// The path of the cgroup for an engine's containers.
    pub fn cgroup_parent(&self) -> &str {
        self.cgroups.path()
    }

    /// The folders of that cgroup, one in each hierarchy.
    pub fn cgroups(&self) -> impl Iterator<Item = &PathBuf> {
        self.cgroups.folders()
    }

    /// The name, in that cgroup, of the cgroup of a pod.
    pub fn cgroup_of_pod(&self, name: &str) -> String {
        match self.place {
            Place::Namespaces { .. } => name.to_owned(),
            // A hyphen separates the names of nested slices. The kubelet avoids it, too.
            Place::Here => format!("kubepods-{}.slice", name.replace('-', "_")),
        }
    }

    /// The path at which this process reaches an absolute path of the machine.
    pub fn path(&self, path: &str) -> PathBuf {
        match &self.place {
            Place::Namespaces { pod, .. } => PathBuf::from(format!("/proc/{}/root{path}", pod.pid())),
            Place::Here => path.into(),
        }
    }

    /// Writes a file there, and makes its folder.
    #[track_caller]
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        let folder = path.parent().expect("a file is in a folder");
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, text)).expect("a file can be written there");
    }

    /// The folder of a process in the machine's `/proc`.
    pub fn proc(&self, pid: &str) -> PathBuf {
        match &self.place {
            Place::Namespaces { pod, .. } => pod.proc().join(pid.trim()),
            Place::Here => Path::new("/proc").join(pid.trim()),
        }
    }

    /// Waits until a process there waits for signals: pause and init are set up by then.
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

    /// Starts a program there.
    #[track_caller]
    pub fn start(&self, program: Command) -> PodProcess {
        let pod = match &self.place {
            Place::Here => return PodProcess::outside(program),
            Place::Namespaces { pod, has_cgroup_namespace: false } => return pod.join(program),
            Place::Namespaces { pod, .. } => pod,
        };
        let namespace = File::open(format!("/proc/{}/ns/cgroup", pod.pid())).expect("the machine is alive");
        pod.join_after(program, move || {
            setns(&namespace, CloneFlags::CLONE_NEWCGROUP)?;
            join_engine()
        })
    }

    /// Runs a program there, and waits for its end.
    #[track_caller]
    pub fn run(&self, program: Command) -> Output {
        self.run_with(program, Stdio::null(), TIMEOUT)
    }

    /// Like [`run`](Self::run), with a standard input and a time limit.
    #[track_caller]
    pub fn run_with(&self, mut program: Command, input: Stdio, limit: Duration) -> Output {
        // Into files, because a pipe would have to be read while the program runs.
        let [mut stdout, mut stderr] = [(); 2].map(|()| tempfile::tempfile().expect("a file can be made"));
        let copy = |file: &File| file.try_clone().expect("a descriptor");
        program.stdin(input).stdout(copy(&stdout)).stderr(copy(&stderr));
        let name = format!("{program:?}");
        let mut process = self.start(program);
        let start = Instant::now();
        let status = loop {
            match process.status() {
                Some(status) => break status,
                None if start.elapsed() < limit => sleep(Duration::from_millis(2)),
                None => panic!("{name} took longer than {} s", limit.as_secs()),
            }
        };
        let text = |file: &mut File| {
            let mut bytes = Vec::new();
            file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("a file can be read");
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Output { status, stdout: text(&mut stdout), stderr: text(&mut stderr) }
    }
}

#[track_caller]
fn assert_root() {
    assert!(geteuid().is_root(), "run this as root, as container engines on a node do");
}

/// Mounts an empty file system in memory on a folder, if there is such a folder. System calls only, no allocation.
fn mount_memory(folder: &str) -> io::Result<()> {
    match mount(None::<&str>, folder, Some("tmpfs"), MsFlags::empty(), None::<&str>) {
        Ok(()) | Err(Errno::ENOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Place::Namespaces { pod, .. } = &self.place {
            cgroup_cleanup::release(pod.pid()); // it ends now, and its process ID may be reused
        }
    }
}
