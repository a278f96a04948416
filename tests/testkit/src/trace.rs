//! Counts the system calls that a program makes until it waits.

use crate::lone_process_1::{LoneProcess1, Program, is_asleep};
use nix::sys::ptrace;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A process that sleeps this long in one system call is at rest.
const REST: Duration = Duration::from_millis(100);

/// Counts the system calls that a program makes as process 1, after `execve`, up to and including the one it rests in.
pub fn system_calls_until_rest(program: &Program) -> io::Result<u32> {
    let traced = LoneProcess1::start_after(program, None, ptrace::traceme)?;
    let pid = traced.pid();
    let ended = |status| io::Error::other(format!("it did not come to rest: {status:?}"));
    match waitpid(pid, None)? {
        WaitStatus::Stopped(_, Signal::SIGTRAP) => {} // it was executed
        status => return Err(ended(status)),
    }
    ptrace::setoptions(pid, ptrace::Options::PTRACE_O_TRACESYSGOOD)?;
    let (mut stops, mut signal) = (0, None);
    loop {
        ptrace::syscall(pid, signal.take())?;
        let start = Instant::now();
        loop {
            match waitpid(pid, Some(WaitPidFlag::WNOHANG))? {
                WaitStatus::StillAlive if start.elapsed() > REST && is_asleep(pid) => return Ok(stops / 2 + 1),
                WaitStatus::StillAlive => sleep(Duration::from_micros(50)),
                WaitStatus::PtraceSyscall(_) => break stops += 1, // each call stops twice, on entry and on exit
                WaitStatus::Stopped(_, with) => break signal = Some(with),
                status => return Err(ended(status)),
            }
        }
    }
}
