//! A program as process 1 of its own PID, mount, IPC, UTS and network namespaces, and others who join it there.

use crate::deadline::{until, until_some};
use crate::shim::{Report, Reported, default_signals, die_with_parent, stay_behind};
use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, getegid, geteuid, getpid, setsid, write};
use procfs::process::Process;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output};

/// The namespaces that a container runtime gives a pod, and how they are called under `/proc/<pid>/ns`. The user
/// namespace is first: whoever joins it may join the others.
const NAMESPACES: [(&str, CloneFlags); 6] = [
    ("user", CloneFlags::CLONE_NEWUSER),
    ("pid", CloneFlags::CLONE_NEWPID),
    ("mnt", CloneFlags::CLONE_NEWNS),
    ("ipc", CloneFlags::CLONE_NEWIPC),
    ("uts", CloneFlags::CLONE_NEWUTS),
    ("net", CloneFlags::CLONE_NEWNET),
];

/// The host name inside of a pod.
pub const HOSTNAME: &str = "pod";

/// The steps of a start, as the far side reports them.
const UNSHARE: u8 = 1;
const MAP_IDS: u8 = 2;
const MOUNT: u8 = 3;
const LAST_STEP: u8 = 4;
const ENTER: u8 = 5;

/// A pod: its process 1. Dropped, it is killed, and everything in it with it.
pub struct Pod {
    init: PodProcess,
    has_user_namespace: bool,
}

impl Pod {
    /// Starts `program` as process 1 of a new pod; returns when it was executed.
    ///
    /// # Panics
    /// Where this machine lets no pod be made; the message says what to enable.
    #[track_caller]
    pub fn start(program: Command) -> Self {
        Self::start_after(program, || Ok(()))
    }

    /// Like [`start`](Self::start), and calls `last_step` inside of the pod, immediately before the program is
    /// executed. It runs in a forked process: system calls only, no allocation.
    #[track_caller]
    pub fn start_after(program: Command, last_step: impl FnMut() -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self::try_start(program, last_step).unwrap_or_else(|sentence| panic!("{sentence}"))
    }

    fn try_start(
        mut program: Command,
        mut last_step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let has_user_namespace = !may_make_namespaces();
        let mut flags = CloneFlags::empty();
        for (name, flag) in NAMESPACES {
            flags.set(flag, name != "user" || has_user_namespace);
        }
        let uid_map = format!("0 {} 1", geteuid());
        let gid_map = format!("0 {} 1", getegid());
        let maker = getpid();
        let (reader, report) = Report::new().map_err(|error| error.to_string())?;

        let enter = move || {
            default_signals();
            setsid()?; // a Ctrl-C at the terminal is not for the pod
            report.begin(UNSHARE);
            unshare(flags)?;
            if has_user_namespace {
                report.begin(MAP_IDS);
                write_file("/proc/self/setgroups", "deny")?; // or an ordinary user may map no group
                write_file("/proc/self/uid_map", &uid_map)?;
                write_file("/proc/self/gid_map", &gid_map)?;
            }
            die_with_parent(Some(maker))?;
            // SAFETY: this is the child that `Command` forked, before it executes.
            unsafe { stay_behind(&report) }?;
            report.begin(MOUNT);
            nix::unistd::sethostname(HOSTNAME)?;
            let nothing = None::<&str>;
            mount(nothing, "/", nothing, MsFlags::MS_REC | MsFlags::MS_PRIVATE, nothing)?;
            let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
            mount(Some("proc"), "/proc", Some("proc"), flags, nothing)?;
            report.begin(LAST_STEP);
            last_step()
        };
        // SAFETY: `enter` makes system calls only, as does `last_step`.
        unsafe { program.pre_exec(enter) };
        let init = PodProcess::spawn(program, reader).map_err(|(step, error)| explain(step, &error))?;
        Ok(Self { init, has_user_namespace })
    }

    /// Starts `program` in the namespaces of this pod, as a runtime starts a container that shares its PID namespace.
    #[track_caller]
    pub fn join(&self, program: Command) -> PodProcess {
        self.join_after(program, || Ok(()))
    }

    /// Like [`join`](Self::join), and calls `last_step` inside of the pod, immediately before the program is executed.
    /// It runs in a forked process: system calls only, no allocation.
    #[track_caller]
    pub fn join_after(
        &self,
        mut program: Command,
        mut last_step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    ) -> PodProcess {
        let namespaces: Vec<File> = NAMESPACES
            .iter()
            .filter(|(name, _)| *name != "user" || self.has_user_namespace)
            .map(|(name, _)| File::open(format!("/proc/{}/ns/{name}", self.pid())).expect("the pod is alive"))
            .collect();
        let maker = getpid();
        let (reader, report) = Report::new().expect("a pipe");
        let enter = move || {
            default_signals();
            setsid()?;
            report.begin(ENTER);
            for namespace in &namespaces {
                setns(namespace, CloneFlags::empty())?;
            }
            die_with_parent(Some(maker))?;
            // SAFETY: this is the child that `Command` forked, before it executes.
            unsafe { stay_behind(&report) }?;
            last_step()
        };
        // SAFETY: `enter` makes system calls only, as does `last_step`.
        unsafe { program.pre_exec(enter) };
        PodProcess::spawn(program, reader).unwrap_or_else(|(_, error)| panic!("cannot join the pod: {error}"))
    }

    /// Starts `program` as process 1 of a new pod, and returns when it waits for signals.
    #[track_caller]
    pub fn with(program: Command) -> Self {
        let mut pod = Self::start(program);
        pod.init.until_it_waits();
        pod
    }

    /// Its process 1.
    pub fn init(&mut self) -> &mut PodProcess {
        &mut self.init
    }

    /// Its process 1 alone, where the pod is not asked for any more.
    pub fn into_init(self) -> PodProcess {
        self.init
    }

    /// The process ID of its process 1, as this side sees it.
    pub fn pid(&self) -> Pid {
        self.init.pid
    }

    /// Sends a signal to process 1 from outside of the pod.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        self.init.signal(signal as i32);
    }

    /// Waits until process 1 has ended: its status, and what it wrote to pipes.
    #[track_caller]
    pub fn wait(self) -> Output {
        self.init.wait()
    }

    /// The `/proc` that processes of the pod see.
    pub fn proc(&self) -> PathBuf {
        format!("/proc/{}/root/proc", self.pid()).into()
    }
}

/// A process that a test started, inside of a pod or outside. Dropped, it is killed.
pub struct PodProcess {
    /// What this process is the parent of: the shim, or the program itself where it is in no pod.
    shim: Child,
    pid: Pid,
}

impl PodProcess {
    /// Starts a program that is in no pod and process 1 of nothing, in a process group of its own.
    #[track_caller]
    pub fn outside(program: Command) -> Self {
        Self::outside_after(program, || Ok(()))
    }

    /// Like [`outside`](Self::outside), and calls `last_step` immediately before the program is executed. It runs in a
    /// forked process: system calls only, no allocation.
    #[track_caller]
    pub fn outside_after(
        mut program: Command,
        mut last_step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let maker = getpid();
        let enter = move || {
            setrlimit(Resource::RLIMIT_CORE, 0, 0)?; // tests let it die of signals that would leave a core
            die_with_parent(Some(maker))?;
            default_signals();
            last_step()
        };
        // SAFETY: `enter` makes system calls only, as does `last_step`.
        unsafe { program.process_group(0).pre_exec(enter) };
        let shim = program.spawn().unwrap_or_else(|error| panic!("cannot start {program:?}: {error}"));
        let pid = Pid::from_raw(shim.id().cast_signed());
        Self { shim, pid }
    }

    /// Starts a program whose `pre_exec` ends in [`stay_behind`]. An error comes with the step that it came up in.
    fn spawn(mut program: Command, reader: io::PipeReader) -> Result<Self, (u8, io::Error)> {
        let spawned = program.spawn();
        drop(program); // and with it our copy of the report's writing end
        let reported = Reported::read(reader).unwrap_or_default();
        let shim = spawned.map_err(|error| (reported.step, error))?;
        Ok(Self { shim, pid: reported.pid.expect("a shim reports before its child can execute") })
    }

    /// Its process ID, as this side sees it.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends any signal, by its number, from outside of the pod.
    #[track_caller]
    pub fn signal(&self, number: i32) {
        send(self.pid, number).expect("the process is alive");
    }

    /// The pipes to its standard streams, where it was given such.
    pub fn streams(&mut self) -> &mut Child {
        &mut self.shim
    }

    /// Waits until it waits for signals itself, in `rt_sigtimedwait`: a process 1 under test is set up by then.
    #[track_caller]
    pub fn until_it_waits(&mut self) {
        let folder = PathBuf::from(format!("/proc/{}", self.pid));
        until(&format!("process {} waits for signals", self.pid), || {
            assert!(self.status().is_none(), "process {} ended before it waited for a signal", self.pid);
            waits_for_signals(&folder)
        });
    }

    /// Its status, if it has ended.
    pub fn status(&mut self) -> Option<ExitStatus> {
        self.shim.try_wait().expect("the shim is our child")
    }

    /// Waits until it has ended: its status, and what it wrote to pipes (little enough to fit into them).
    #[track_caller]
    pub fn wait(mut self) -> Output {
        drop(self.shim.stdin.take());
        let what = format!("process {} ends", self.pid);
        let status = until_some(&what, || self.status());
        let read = |stream: Option<&mut dyn Read>| {
            let mut bytes = Vec::new();
            stream.map(|stream| stream.read_to_end(&mut bytes)).transpose().expect("a pipe can be read");
            bytes
        };
        let stdout = read(self.shim.stdout.as_mut().map(|stream| stream as _));
        let stderr = read(self.shim.stderr.as_mut().map(|stream| stream as _));
        Output { status, stdout, stderr }
    }
}

impl Drop for PodProcess {
    fn drop(&mut self) {
        if matches!(self.shim.try_wait(), Ok(None)) {
            _ = kill(self.pid, Signal::SIGKILL);
            // The shim ends when the program has: for a process 1 that is when everything in its pod is gone. A traced
            // or frozen program could be late; the shim's own death then kills it as soon as it can be.
            _ = self.shim.wait();
        }
    }
}

/// Sends any signal, by its number: nix has no names for the real-time ones.
pub fn send(pid: Pid, number: i32) -> nix::Result<()> {
    // SAFETY: takes two numbers and no memory.
    Errno::result(unsafe { libc::kill(pid.as_raw(), number) }).map(drop)
}

/// Whether a process waits for signals itself, in `rt_sigtimedwait`; `folder` is what some `/proc` has of it.
pub fn waits_for_signals(folder: &Path) -> bool {
    let call = format!("{} ", libc::SYS_rt_sigtimedwait);
    fs::read_to_string(folder.join("syscall")).is_ok_and(|now| now.starts_with(&call))
}

/// Whether a process is gone, or dead and left to its parent, who may be this machine's process 1 and in no hurry.
pub fn has_ended(pid: Pid) -> bool {
    Process::new(pid.as_raw()).and_then(|process| process.stat()).map_or(true, |stat| stat.state == 'Z')
}

/// Whether this process may make namespaces without a user namespace around them.
fn may_make_namespaces() -> bool {
    const CAP_SYS_ADMIN: u32 = 21;
    let status = Process::myself().and_then(|me| me.status()).expect("/proc is mounted");
    status.capeff & 1 << CAP_SYS_ADMIN != 0
}

fn write_file(path: &str, text: &str) -> nix::Result<()> {
    let file = open(path, OFlag::O_WRONLY | OFlag::O_CLOEXEC, Mode::empty())?;
    write(file, text.as_bytes()).map(drop)
}

/// What went wrong when a pod was started, and what to enable.
fn explain(step: u8, error: &io::Error) -> String {
    let user_namespaces = "Run as root, or let ordinary users make user namespaces: \
        sysctl -w user.max_user_namespaces=10000, on Debian also kernel.unprivileged_userns_clone=1, \
        on Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0.";
    match step {
        UNSHARE | MAP_IDS => format!("this user may not make the namespaces of a pod: {error}. {user_namespaces}"),
        MOUNT => format!(
            "a pod cannot be given its own /proc: {error}. In a container, start that with --privileged, or with \
             --security-opt systempaths=unconfined. {user_namespaces}"
        ),
        _ => format!("the program of the pod cannot be started: {error}"),
    }
}
