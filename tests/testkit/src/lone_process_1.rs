//! A program as process 1 of a PID namespace, with no shim, and no other namespace if that needs none: for measurements
//! and traces.
//!
//! It starts within microseconds (a [`Pod`](crate::Pod) takes milliseconds), and there can be thousands. The child
//! shares our memory until `execve`: nothing is copied, and the child can store the time of its `execve`.

use crate::deadline::{until, until_some};
use crate::execute::c_strings;
use crate::pod::has_cap_sys_admin;
use crate::shim::{default_signals, die_with_parent};
use crate::usage::{children, context_switches, state};
use nix::errno::Errno;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, setsid};
use std::ffi::{CString, c_char, c_void};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::ptr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::thread::{sleep, yield_now};
use std::time::{Duration, Instant};

/// The size of the child's stack. The child makes only a few calls before `execve`.
const STACK: usize = 64 << 10;

/// A program and its arguments, as `execve` takes them.
#[derive(Clone, Debug)]
pub struct Program(Vec<CString>);

impl Program {
    /// Returns a program by its path and its arguments.
    ///
    /// # Panics
    /// If a word contains a NUL.
    pub fn new(path: &Path, arguments: &[impl AsRef<str>]) -> Self {
        Self(c_strings(path.as_os_str(), arguments.iter().map(AsRef::as_ref)))
    }
}

/// A process 1. When dropped, it is killed, and with it every process of its PID namespace.
#[derive(Debug)]
pub struct LoneProcess1 {
    pid: Pid,
    /// When it called `execve`.
    pub called: Instant,
    /// When that call could no longer fail.
    pub executed: Instant,
    has_ended: bool,
}

impl LoneProcess1 {
    /// Starts `program` with its standard streams at `/dev/null`, and returns when it is executed. It runs on `cpu` if
    /// one is given, and inherits the caller's scheduling policy.
    ///
    /// # Errors
    /// If this user may not create a PID namespace, or this process cannot fork.
    pub fn start(program: &Program, cpu: Option<usize>) -> io::Result<Self> {
        Self::start_after(program, cpu, || Ok(()))
    }

    /// Like [`start`](Self::start), and calls `last_step` immediately before the program is executed: system calls
    /// only, no allocation.
    pub fn start_after(
        program: &Program,
        cpu: Option<usize>,
        last_step: impl Fn() -> nix::Result<()>,
    ) -> io::Result<Self> {
        let words = program.0.iter().map(|word| word.as_ptr()).chain([ptr::null()]).collect::<Vec<*const c_char>>();
        let null = File::options().read(true).write(true).open("/dev/null")?;
        let mut cpus = CpuSet::new();
        cpu.map_or(Ok(()), |cpu| cpus.set(cpu))?;
        let begin = Instant::now();
        let called = AtomicU64::new(0);

        let enter = || -> nix::Result<()> {
            default_signals();
            setsid()?; // Ctrl-C at the terminal must not reach it
            die_with_parent(None).map_err(|_| Errno::last())?;
            for stream in 0..3 {
                // SAFETY: copies an open descriptor in this process's own table.
                Errno::result(unsafe { libc::dup2(null.as_raw_fd(), stream) })?;
            }
            if cpu.is_some() {
                sched_setaffinity(Pid::from_raw(0), &cpus)?;
            }
            last_step()?;
            called.store(begin.elapsed().as_nanos() as u64, Ordering::Relaxed);
            // SAFETY: strings that end with a NUL, in lists that end with a null pointer.
            unsafe { libc::execve(words[0], words.as_ptr(), [ptr::null()].as_ptr()) };
            Err(Errno::last())
        };
        let enter = || if enter().is_ok() { 0 } else { 127 };
        let pid = run_with_shared_memory(&enter)?;
        let executed = Instant::now();
        let called = begin + Duration::from_nanos(called.load(Ordering::Relaxed));
        Ok(Self { pid, called, executed, has_ended: false })
    }

    /// Returns the process ID as seen from outside of the namespace.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends a signal from outside of the namespace, unless the process was reaped.
    pub fn signal(&self, signal: Signal) {
        if !self.has_ended {
            _ = kill(self.pid, signal); // our child, so it exists
        }
    }

    /// Returns the status and reaps the process if it has ended, otherwise `None`.
    pub fn status(&mut self) -> Option<WaitStatus> {
        match self.wait(WaitPidFlag::WNOHANG).expect("it is our child") {
            WaitStatus::StillAlive => None,
            status => Some(status),
        }
    }

    /// Waits as `waitpid` does. Also returns the stops of a traced process.
    pub fn wait(&mut self, flags: WaitPidFlag) -> nix::Result<WaitStatus> {
        let status = waitpid(self.pid, Some(flags))?;
        self.has_ended = matches!(status, WaitStatus::Exited(..) | WaitStatus::Signaled(..));
        Ok(status)
    }

    /// Polls until the process has ended, for the first 20 ms without a pause. Returns its status, and when that was
    /// seen.
    ///
    /// # Panics
    /// If it does not end.
    pub fn end(mut self) -> (WaitStatus, Instant) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(20) {
            if let Some(status) = self.status() {
                return (status, Instant::now());
            }
            yield_now();
        }
        (until_some("process 1 ends", || self.status()), Instant::now())
    }
}

impl Drop for LoneProcess1 {
    fn drop(&mut self) {
        if !self.has_ended {
            self.signal(Signal::SIGKILL);
            _ = waitpid(self.pid, None);
        }
    }
}

/// Waits until a process and all of its descendants sleep, in whatever system call.
#[track_caller]
pub fn settle(pid: Pid) {
    let switches_of_sleeper = |pid: Pid| is_asleep(pid).then(|| context_switches(pid).ok()).flatten();
    let asleep = || process_tree(pid).into_iter().map(switches_of_sleeper).collect::<Option<Vec<u64>>>();
    until(&format!("process {pid} and its descendants sleep"), || {
        let before = asleep();
        sleep(Duration::from_millis(1)); // none of them may run in this time
        before.is_some() && before == asleep()
    });
}

/// Runs `enter` in a new process that shares our memory, as process 1 of a new PID namespace. Returns when that process
/// was executed or has ended, and no longer shares our memory.
fn run_with_shared_memory<F: Fn() -> i32>(enter: &F) -> nix::Result<Pid> {
    // Asked once: the answer takes longer than the start of a process.
    static USER_NAMESPACE: LazyLock<i32> = LazyLock::new(|| if has_cap_sys_admin() { 0 } else { libc::CLONE_NEWUSER });
    extern "C" fn run<F: Fn() -> i32>(enter: *mut c_void) -> i32 {
        // SAFETY: `run_with_shared_memory` borrows it until it returns.
        unsafe { (*enter.cast::<F>())() }
    }
    // The kernel sets it to 0 in `mm_release`: `execve` calls that when it can no longer fail, and `exit` does too.
    let shares = AtomicI32::new(1);
    let mut stack = vec![0_u128; STACK / size_of::<u128>()];
    let flags = *USER_NAMESPACE | libc::CLONE_VM | libc::CLONE_NEWPID | libc::CLONE_CHILD_CLEARTID | libc::SIGCHLD;
    let null = ptr::null_mut::<c_void>();
    // SAFETY: the child has a stack of its own, aligned as calls expect it. The stack, `enter` and `shares` live until
    // the child no longer shares our memory: this function waits for that.
    let pid = Errno::result(unsafe {
        let enter = ptr::from_ref(enter).cast_mut().cast();
        libc::clone(run::<F>, stack.as_mut_ptr_range().end.cast(), flags, enter, null, null, shares.as_ptr())
    })?;
    while shares.load(Ordering::Acquire) != 0 {
        yield_now();
    }
    Ok(Pid::from_raw(pid))
}

/// Returns a process and all of its descendants.
pub fn process_tree(pid: Pid) -> Vec<Pid> {
    let mut tree = vec![pid];
    let mut at = 0;
    while let Some(&pid) = tree.get(at) {
        tree.extend(children(pid));
        at += 1;
    }
    tree
}

/// Returns whether a process sleeps now.
pub fn is_asleep(pid: Pid) -> bool {
    state(pid) == Some('S')
}
