//! A pod: a program as process 1 of its own PID, mount, IPC, UTS and network namespaces, and processes that join them.

pub use crate::pod_process::{PodProcess, has_ended, send, waits_for_signals};

use crate::shim::{Reporter, become_shim, default_signals, die_with_parent};
use nix::fcntl::{OFlag, open};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::{Pid, getegid, geteuid, getpid, sethostname, setsid, write};
use procfs::process::Process;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Output};

/// The namespaces that a container runtime creates for a pod, by their names in `/proc/<pid>/ns`. The user namespace is
/// first: a process needs it to join the others.
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

/// The steps of a start and of joining, as the forked process reports them. The program is executed after the last one.
const UNSHARE: u8 = 1;
const MAP_IDS: u8 = 2;
const MOUNT: u8 = 3;
const JOIN: u8 = 4;
const LAST_STEP: u8 = 5;

/// A pod, held by its process 1. When dropped, all of its processes are killed.
pub struct Pod {
    init: PodProcess,
    has_user_namespace: bool,
}

impl Pod {
    /// Starts `program` as process 1 of a new pod, and returns when it was executed.
    ///
    /// # Panics
    /// If this machine allows no pod. The message says what to enable.
    #[track_caller]
    pub fn start(program: Command) -> Self {
        Self::start_after(program, || Ok(()))
    }

    /// Like [`start`](Self::start), and calls `last_step` inside of the pod, immediately before the program is
    /// executed. It runs in a forked process: system calls only, no allocation.
    #[track_caller]
    pub fn start_after(
        mut program: Command,
        mut last_step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let has_user_namespace = !has_cap_sys_admin();
        let mut flags = CloneFlags::empty();
        for (name, flag) in NAMESPACES {
            flags.set(flag, name != "user" || has_user_namespace);
        }
        let uid_map = format!("0 {} 1", geteuid());
        let gid_map = format!("0 {} 1", getegid());
        let parent = getpid();
        let (reader, reporter) = Reporter::new().expect("a pipe");

        let enter = move || {
            default_signals();
            setsid()?; // Ctrl-C at the terminal must not reach the pod
            reporter.begin(UNSHARE);
            unshare(flags)?;
            if has_user_namespace {
                reporter.begin(MAP_IDS);
                write_file("/proc/self/setgroups", "deny")?; // otherwise an ordinary user may map no group
                write_file("/proc/self/uid_map", &uid_map)?;
                write_file("/proc/self/gid_map", &gid_map)?;
            }
            die_with_parent(Some(parent))?;
            // SAFETY: this is the child that `Command` forked, before it executes.
            unsafe { become_shim(&reporter) }?;
            reporter.begin(MOUNT);
            sethostname(HOSTNAME)?;
            mount_proc()?;
            reporter.begin(LAST_STEP);
            last_step()
        };
        // SAFETY: `enter` makes system calls only, as does `last_step`.
        unsafe { program.pre_exec(enter) };
        let name = program.get_program().to_owned();
        let init = PodProcess::behind_shim(program, reader)
            .unwrap_or_else(|(step, error)| panic!("{}", explain(step, &name, &error)));
        Self { init, has_user_namespace }
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
        let parent = getpid();
        let (reader, reporter) = Reporter::new().expect("a pipe");
        let enter = move || {
            default_signals();
            setsid()?;
            reporter.begin(JOIN);
            namespaces.iter().try_for_each(|namespace| setns(namespace, CloneFlags::empty()))?;
            die_with_parent(Some(parent))?;
            // SAFETY: this is the child that `Command` forked, before it executes.
            unsafe { become_shim(&reporter) }?;
            reporter.begin(LAST_STEP);
            last_step()
        };
        // SAFETY: `enter` makes system calls only, as does `last_step`.
        unsafe { program.pre_exec(enter) };
        let name = program.get_program().to_owned();
        PodProcess::behind_shim(program, reader)
            .unwrap_or_else(|(step, error)| panic!("{}", explain(step, &name, &error)))
    }

    /// Starts `program` as process 1 of a new pod, and returns when it waits for signals.
    #[track_caller]
    pub fn with(program: Command) -> Self {
        let mut pod = Self::start(program);
        pod.init.until_it_waits();
        pod
    }

    /// Returns process 1.
    pub fn init(&mut self) -> &mut PodProcess {
        &mut self.init
    }

    /// Returns process 1, and gives up the pod.
    pub fn into_init(self) -> PodProcess {
        self.init
    }

    /// Returns the process ID of process 1 as seen from outside of the pod.
    pub fn pid(&self) -> Pid {
        self.init.pid()
    }

    /// Sends a signal to process 1 from outside of the pod.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        self.init.signal(signal as i32);
    }

    /// Waits until process 1 has ended, and returns its status and its output.
    #[track_caller]
    pub fn wait(self) -> Output {
        self.init.wait()
    }

    /// Returns the path of the `/proc` that processes in the pod see.
    pub fn proc(&self) -> PathBuf {
        format!("/proc/{}/root/proc", self.pid()).into()
    }
}

/// Mounts the `/proc` of this process's PID namespace, in its mount namespace alone.
pub(crate) fn mount_proc() -> nix::Result<()> {
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    mount(Some("proc"), "/proc", Some("proc"), flags, none)
}

/// Returns whether this process may create namespaces without a new user namespace.
pub(crate) fn has_cap_sys_admin() -> bool {
    const CAP_SYS_ADMIN: u32 = 21;
    let status = Process::myself().and_then(|me| me.status()).expect("/proc is mounted");
    status.capeff & 1 << CAP_SYS_ADMIN != 0
}

fn write_file(path: &str, text: &str) -> nix::Result<()> {
    let file = open(path, OFlag::O_WRONLY | OFlag::O_CLOEXEC, Mode::empty())?;
    write(file, text.as_bytes()).map(drop)
}

/// Returns a message that says which step failed, of which program, and what to enable.
fn explain(step: u8, program: &OsStr, error: &io::Error) -> String {
    let user_namespaces = "Run as root, or allow ordinary users to create user namespaces: \
        sysctl -w user.max_user_namespaces=10000, on Debian also kernel.unprivileged_userns_clone=1, \
        on Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0.";
    match step {
        UNSHARE | MAP_IDS => format!("this user may not create the pod's namespaces: {error}. {user_namespaces}"),
        MOUNT => format!(
            "cannot mount the pod's /proc: {error}. If the tests run in a container, start it with --privileged or \
             --security-opt systempaths=unconfined. {user_namespaces}"
        ),
        JOIN => format!("{program:?} cannot join the pod's namespaces: {error}"),
        LAST_STEP => format!("cannot execute {program:?} in the pod: {error}"),
        _ => format!("cannot prepare the process that executes {program:?} in the pod: {error}"),
    }
}
