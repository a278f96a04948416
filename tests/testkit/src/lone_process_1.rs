//! A program as process 1 of a PID namespace, and nothing else: started within microseconds, for the clock, and cheap
//! enough to have thousands of them.
//!
//! A [`Pod`](crate::Pod) is what a runtime makes, and takes milliseconds. This is a child of ours with no shim between.
//! It shares our memory until it is executed, so that it copies none of it, and tells the time on the way.

use crate::deadline::{until, until_some};
use crate::shim::{default_signals, die_with_parent};
use crate::usage::context_switches;
use nix::errno::Errno;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, setsid};
use procfs::process::Process;
use std::ffi::{CString, c_char, c_void};
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::thread::{sleep, yield_now};
use std::time::{Duration, Instant};

/// Enough for the few calls before it is executed.
const STACK: usize = 64 << 10;

/// A program and its arguments, as `execve` wants them.
#[derive(Clone, Debug)]
pub struct Program(Vec<CString>);

impl Program {
    /// # Panics
    /// Where a word contains a byte of 0.
    pub fn new(path: &Path, arguments: &[impl AsRef<str>]) -> Self {
        let arguments = arguments.iter().map(|argument| argument.as_ref().as_bytes());
        let words = [path.as_os_str().as_bytes()].into_iter().chain(arguments);
        Self(words.map(|word| CString::new(word).expect("a word of a command line")).collect())
    }
}

/// A process 1. Dropped, it is killed, and everything in its namespace with it.
#[derive(Debug)]
pub struct LoneProcess1 {
    pid: Pid,
    /// When it called `execve`, and when the kernel was past the point of no return in there.
    pub called: Instant,
    pub executed: Instant,
    has_ended: bool,
}

impl LoneProcess1 {
    /// Starts `program`, with nothing to read from and nowhere to write to, on that CPU if one is given; returns when it
    /// is executed. It has the scheduling policy of the caller.
    ///
    /// # Errors
    /// Where this process may not make a PID namespace, or no other process.
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
        let nowhere = File::options().read(true).write(true).open("/dev/null")?;
        let mut cpus = CpuSet::new();
        cpu.map_or(Ok(()), |cpu| cpus.set(cpu))?;
        let begin = Instant::now();
        let called = AtomicU64::new(0);

        let enter = || -> nix::Result<()> {
            default_signals();
            setsid()?; // a Ctrl-C at the terminal is not for it
            die_with_parent(None).map_err(|_| Errno::last())?;
            for stream in 0..3 {
                // SAFETY: a copy of a descriptor that is open, in this process's own table.
                Errno::result(unsafe { libc::dup2(nowhere.as_raw_fd(), stream) })?;
            }
            if cpu.is_some() {
                sched_setaffinity(Pid::from_raw(0), &cpus)?;
            }
            last_step()?;
            called.store(begin.elapsed().as_nanos() as u64, Ordering::Relaxed);
            // SAFETY: strings that end, in a list that ends.
            unsafe { libc::execve(words[0], words.as_ptr(), [ptr::null()].as_ptr()) };
            Err(Errno::last())
        };
        let enter = || if enter().is_ok() { 0 } else { 127 };
        let pid = run_beside(&enter)?;
        let executed = Instant::now();
        let called = begin + Duration::from_nanos(called.load(Ordering::Relaxed));
        Ok(Self { pid, called, executed, has_ended: false })
    }

    /// Its process ID, as this side sees it.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends it a signal from outside of its namespace. One that has ended hears nothing.
    pub fn signal(&self, signal: Signal) {
        if !self.has_ended {
            _ = kill(self.pid, signal);
        }
    }

    /// Its status if it has ended. It is reaped then.
    pub fn status(&mut self) -> Option<WaitStatus> {
        match waitpid(self.pid, Some(WaitPidFlag::WNOHANG)).expect("it is our child") {
            WaitStatus::StillAlive => None,
            status => {
                self.has_ended = true;
                Some(status)
            }
        }
    }

    /// Looks without a pause until it has ended: its status, and when that was seen.
    ///
    /// # Panics
    /// Where it does not end.
    pub fn end(mut self) -> (WaitStatus, Instant) {
        let what = "process 1 ends";
        let impatient = Instant::now();
        while impatient.elapsed() < Duration::from_millis(20) {
            if let Some(status) = self.status() {
                return (status, Instant::now());
            }
            yield_now();
        }
        (until_some(what, || self.status()), Instant::now())
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

/// Waits until a process and its descendants, whatever they wait with, have nothing to do.
#[track_caller]
pub fn settle(pid: Pid) {
    let switches = |pid: Pid| is_asleep(pid).then(|| context_switches(pid).ok()).flatten();
    let asleep = || process_tree(pid).into_iter().map(switches).collect::<Option<Vec<u64>>>();
    until(&format!("process {pid} has nothing to do"), || {
        let before = asleep();
        sleep(Duration::from_millis(1)); // the time in which it must have had nothing to do
        before.is_some() && before == asleep()
    });
}

/// Runs `enter` in a new process that shares our memory, as process 1 of a new PID namespace; returns when it is executed
/// or has ended, and shares it no more.
fn run_beside<F: Fn() -> i32>(enter: &F) -> nix::Result<Pid> {
    extern "C" fn run<F: Fn() -> i32>(enter: *mut c_void) -> i32 {
        // SAFETY: what `run_beside` has borrowed until it returns.
        unsafe { (*enter.cast::<F>())() }
    }
    // The kernel sets it to 0 in `mm_release`, which `execve` calls when nothing can fail any more, and `exit`.
    let shares = AtomicI32::new(1);
    let mut stack = vec![0_u128; STACK / size_of::<u128>()];
    let flags = libc::CLONE_VM | libc::CLONE_NEWPID | libc::CLONE_CHILD_CLEARTID | libc::SIGCHLD;
    let nothing = ptr::null_mut::<c_void>();
    // SAFETY: the child has a stack of its own, aligned as calls expect it. That, `enter` and `shares` are there until it
    // shares our memory no more, which is waited for.
    let pid = Errno::result(unsafe {
        let enter = ptr::from_ref(enter).cast_mut().cast();
        libc::clone(run::<F>, stack.as_mut_ptr_range().end.cast(), flags, enter, nothing, nothing, shares.as_ptr())
    })?;
    while shares.load(Ordering::Acquire) != 0 {
        yield_now();
    }
    Ok(Pid::from_raw(pid))
}

/// A process and all of its descendants, as this side sees them.
pub fn process_tree(pid: Pid) -> Vec<Pid> {
    let mut process_tree = vec![pid];
    let mut at = 0;
    while let Some(&pid) = process_tree.get(at) {
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        process_tree.extend(children.split_whitespace().filter_map(|child| child.parse().ok()).map(Pid::from_raw));
        at += 1;
    }
    process_tree
}

/// Whether it waits for something at the moment.
pub fn is_asleep(pid: Pid) -> bool {
    Process::new(pid.as_raw()).and_then(|process| process.stat()).is_ok_and(|stat| stat.state == 'S')
}
