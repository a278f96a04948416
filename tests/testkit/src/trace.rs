//! A program as process 1 under ptrace: its system calls one by one, with their arguments and results.

use crate::lone_process_1::{LoneProcess1, Program, is_asleep};
use crate::pod::mount_proc;
use nix::sched::{CloneFlags, unshare};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A process that sleeps this long in one system call is at rest.
const REST: Duration = Duration::from_millis(100);

/// A process 1 that this thread traces. Its children are not traced.
pub struct Traced {
    process: LoneProcess1,
    /// Whether it runs: it is not in a stop that this thread has seen.
    runs: bool,
    /// The signal that it gets when it runs on.
    signal: Option<Signal>,
    /// The call that it is in.
    call: Option<RawCall>,
}

/// A system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawCall {
    /// Its number, one of `libc::SYS_…`.
    pub number: libc::c_long,
    /// Its arguments. The kernel ignores those that it does not have.
    pub arguments: [u64; 6],
}

/// What a traced process does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It has executed another program.
    Executed,
    /// It makes a call.
    Entered(RawCall),
    /// The call returns a number, or an `errno` below 0.
    Returned(RawCall, i64),
    /// It sleeps in its call, and has slept for 100 ms.
    Rests,
    /// It has ended.
    Ended(WaitStatus),
}

impl Traced {
    /// Starts a program, which stops before its first instruction.
    pub fn start(program: &Program) -> io::Result<Self> {
        Self::start_after(program, || Ok(()))
    }

    /// Like [`start`](Self::start), with the `/proc` of its own PID namespace.
    pub fn start_with_proc(program: &Program) -> io::Result<Self> {
        Self::start_after(program, || {
            unshare(CloneFlags::CLONE_NEWNS)?;
            mount_proc()
        })
    }

    fn start_after(program: &Program, last_step: impl Fn() -> nix::Result<()>) -> io::Result<Self> {
        let process = LoneProcess1::start_after(program, None, || {
            last_step()?;
            ptrace::traceme()
        })?;
        match waitpid(process.pid(), None)? {
            WaitStatus::Stopped(_, Signal::SIGTRAP) => {} // it was executed
            status => return Err(io::Error::other(format!("it was not executed: {status:?}"))),
        }
        ptrace::setoptions(process.pid(), Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACEEXEC)?;
        Ok(Self { process, runs: false, signal: None, call: None })
    }

    /// Returns the process ID as seen from outside of the namespace.
    pub fn pid(&self) -> Pid {
        self.process.pid()
    }

    /// Sends a signal from outside of the namespace.
    pub fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Lets the process run until something happens. A stop by a signal is over at once.
    pub fn next_event(&mut self) -> io::Result<Event> {
        let pid = self.pid();
        loop {
            if !self.runs {
                ptrace::syscall(pid, self.signal.take())?;
                self.runs = true;
            }
            let Some(status) = self.until_stop()? else { return Ok(Event::Rests) };
            self.runs = false;
            match status {
                WaitStatus::PtraceSyscall(_) => {
                    if let Some(event) = self.at_call()? {
                        return Ok(event);
                    }
                }
                WaitStatus::PtraceEvent(..) => {
                    self.call = None;
                    return Ok(Event::Executed);
                }
                WaitStatus::Stopped(_, signal) => self.signal = Some(signal),
                status => return Ok(Event::Ended(status)),
            }
        }
    }

    /// Waits until the process stops or ends. Returns `None` if it rests.
    fn until_stop(&mut self) -> io::Result<Option<WaitStatus>> {
        let start = Instant::now();
        loop {
            match self.process.wait(WaitPidFlag::WNOHANG)? {
                WaitStatus::StillAlive if start.elapsed() > REST && is_asleep(self.pid()) => return Ok(None),
                WaitStatus::StillAlive => sleep(Duration::from_micros(50)),
                status => return Ok(Some(status)),
            }
        }
    }

    /// Returns what happens at a stop at the entry or exit of a call. Nothing at the exit of an `execve`.
    fn at_call(&mut self) -> io::Result<Option<Event>> {
        let info = ptrace::syscall_info(self.pid())?;
        match info.op {
            libc::PTRACE_SYSCALL_INFO_ENTRY => {
                // SAFETY: the kernel has filled this member, as `op` says.
                let entry = unsafe { info.u.entry };
                let call = RawCall { number: entry.nr as libc::c_long, arguments: entry.args };
                self.call = Some(call);
                Ok(Some(Event::Entered(call)))
            }
            libc::PTRACE_SYSCALL_INFO_EXIT => {
                // SAFETY: the kernel has filled this member, as `op` says.
                let result = unsafe { info.u.exit.sval };
                Ok(self.call.take().map(|call| Event::Returned(call, result)))
            }
            op => Err(io::Error::other(format!("unexpected kind of stop: {op}"))),
        }
    }

    /// Reads the memory of the process while it is in a stop.
    pub fn read<const N: usize>(&self, address: u64) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read_into(address, &mut bytes)?;
        Ok(bytes)
    }

    /// Like [`read`](Self::read), for a length that is known at run time.
    pub fn read_into(&self, address: u64, bytes: &mut [u8]) -> io::Result<()> {
        File::open(format!("/proc/{}/mem", self.pid()))?.read_exact_at(bytes, address)
    }
}

/// Counts the system calls that a program makes as process 1, after `execve`, up to and including the one it rests in.
pub fn system_calls_until_rest(program: &Program) -> io::Result<u32> {
    let mut traced = Traced::start(program)?;
    let mut calls = 0;
    loop {
        match traced.next_event()? {
            Event::Entered(_) => calls += 1,
            Event::Executed | Event::Returned(..) => {}
            Event::Rests => return Ok(calls),
            Event::Ended(status) => return Err(io::Error::other(format!("it did not come to rest: {status:?}"))),
        }
    }
}
