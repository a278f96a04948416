//! What the tests of `pause` share: its messages, its start and exit, streams, and what `/proc` shows of a process.
#![allow(dead_code)] // each test program uses a part of it

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::pty::openpty;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use procfs::process::{Process, Status};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use testkit::cgroup::Cgroup;
use testkit::container::{container, end, until_alone};
use testkit::deadline::PATIENCE;
use testkit::process_table::zombies;
use testkit::programs::pause;
use testkit::usage::context_switches;
use testkit::{Pod, PodProcess, until};

pub const VERSION: &str = concat!("pause ", env!("CARGO_PKG_VERSION"), "\n");
pub const WARNING: &str = "Warning: pause should be the first process\n";
pub const INTERRUPT: &str = "Shutting down, got signal: Interrupt\n";
pub const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// The signals that `pause` exits on, each with its message.
pub const SHUTDOWN: [(Signal, &str); 2] = [(Signal::SIGINT, INTERRUPT), (Signal::SIGTERM, TERMINATED)];

/// `pause` with these arguments, its output in pipes.
pub fn pause_with<A: AsRef<OsStr>>(arguments: &[A]) -> Command {
    let mut program = pause();
    program.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    program
}

/// `pause` without arguments, its output in pipes.
pub fn piped() -> Command {
    pause_with::<&str>(&[])
}

/// Starts `program` outside of any pod, and returns when it waits for signals.
#[track_caller]
pub fn ordinary(program: Command) -> PodProcess {
    let mut ordinary = PodProcess::outside(program);
    ordinary.until_it_waits();
    ordinary
}

/// A started program, as process 1 of a pod or as an ordinary process.
pub enum Started {
    Process1(Pod),
    Ordinary(PodProcess),
}

impl Started {
    pub fn process(&mut self) -> &mut PodProcess {
        match self {
            Self::Process1(pod) => pod.init(),
            Self::Ordinary(process) => process,
        }
    }

    pub fn into_process(self) -> PodProcess {
        match self {
            Self::Process1(pod) => pod.into_init(),
            Self::Ordinary(process) => process,
        }
    }
}

/// Checks the exit status and all of standard error.
#[track_caller]
pub fn assert_exits(output: &Output, status: i32, stderr: &str) {
    let written = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*written), (Some(status), stderr), "{}", output.status);
}

/// Checks that process 1 sleeps, reaps, and exits with 0 on SIGTERM, and that `stderr` is all it has written then.
#[track_caller]
pub fn assert_works(mut pod: Pod, stderr: &str) {
    pod.init().until_it_waits();
    let switches = || context_switches(pod.pid()).expect("process 1 is alive");
    until("process 1 sleeps", || {
        let before = switches();
        thread::sleep(Duration::from_millis(50)); // a busy loop would be seen in this time
        switches() == before
    });
    assert_eq!(end(container(&pod, &["one-by-one", "20"])), "failed forks: 0\n");
    until_alone(&pod);
    pod.signal(Signal::SIGTERM);
    assert_exits(&pod.wait(), 0, stderr);
}

/// What `/proc/PID/status` shows.
#[track_caller]
pub fn status(pid: Pid) -> Status {
    Process::new(pid.as_raw()).and_then(|process| process.status()).expect("the process is alive")
}

pub fn is_stopped(pid: Pid) -> bool {
    Process::new(pid.as_raw()).and_then(|process| process.stat()).is_ok_and(|stat| stat.state == 'T')
}

/// A last step before a program is executed: it moves itself into the group, if there is one.
pub fn enter(group: Option<&Cgroup>) -> impl FnMut() -> io::Result<()> + Send + Sync + use<> {
    let entrances = group.map(Cgroup::entrances).unwrap_or_default();
    move || entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"))
}

/// Reads the process table of a pod until `is_over`. Returns how often, and the largest number of zombies in it.
#[track_caller]
pub fn watch(pod: &Pod, mut is_over: impl FnMut() -> bool) -> (u64, usize) {
    let (mut reads, mut most) = (0, 0);
    let start = Instant::now();
    while !is_over() {
        most = most.max(zombies(pod).len());
        reads += 1;
        assert!(start.elapsed() < 5 * PATIENCE, "the containers do not end");
    }
    (reads, most)
}

/// Two containers make `count` orphans each; no fork may fail. Returns the same as [`watch`].
#[track_caller]
pub fn storm(pod: &Pod, count: &str) -> (u64, usize) {
    let mut makers = [(); 2].map(|()| container(pod, &["one-by-one", count]));
    let watched = watch(pod, || makers.iter_mut().all(|maker| maker.status().is_some()));
    makers.into_iter().for_each(|maker| assert_eq!(end(maker), "failed forks: 0\n"));
    watched
}

/// Writes to a pipe or socket until it is full, and leaves it blocking.
pub fn fill(end: impl Into<OwnedFd>) -> File {
    let end = File::from(end.into());
    set_flags(&end, OFlag::O_NONBLOCK);
    while (&end).write(b"x").is_ok() {}
    set_flags(&end, OFlag::empty());
    end
}

pub fn set_flags(file: impl AsFd, flags: OFlag) {
    fcntl(file, FcntlArg::F_SETFL(flags)).expect("the descriptor is open");
}

/// Makes a terminal that no program inherits: its master side and its slave side.
pub fn terminal() -> (File, File) {
    let pty = openpty(None, None).expect("a terminal");
    for side in [&pty.master, &pty.slave] {
        fcntl(side, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("the descriptor is open");
    }
    (pty.master.into(), pty.slave.into())
}

/// The system call that a process sleeps in, as `/proc/PID/syscall` shows it; `None` if it has a signal to handle, or
/// runs. Read after its state was `S`: if a signal had woken it since, that would be pending, or it would run.
pub fn sleeps_in(process: &Process) -> Option<String> {
    let call = fs::read_to_string(format!("/proc/{}/syscall", process.pid())).ok()?;
    let status = process.status().ok()?;
    let is_idle = (status.sigpnd | status.shdpnd) & !status.sigblk == 0 && !call.starts_with("running");
    is_idle.then_some(call)
}

/// Calls `work` with each item, four at a time, and collects the results in any order.
pub fn side_by_side<'a, T: Sync, R: Send>(items: &'a [T], work: impl Fn(&'a T) -> Option<R> + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work_on_some = || {
        let mut results = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            results.extend(work(item));
        }
        results
    };
    thread::scope(|scope| {
        let workers = [(); 4].map(|()| scope.spawn(work_on_some));
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker reports its own failure")).collect()
    })
}
