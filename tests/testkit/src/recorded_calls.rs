//! Records which system calls a program makes.

use crate::PodProcess;
use crate::refused_call::{Call, Filter, action, if_equal, load, low_half_of_argument, matching};
use crate::reported_calls::{Install, Listener, ReportedCall, report};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::mem::offset_of;
use std::os::fd::RawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::JoinHandle;

/// A thread that allows and records every reported call.
pub struct Recording<T>(JoinHandle<io::Result<T>>);

/// Starts to record the calls of the program at this path: the calls of every process that executes it, and of its
/// children until they execute another program.
pub fn record(program: &Path) -> io::Result<(Install, Recording<BTreeSet<libc::c_long>>)> {
    let program = program.to_owned();
    let (install, thread) = report(filter, move |listener| listen(&listener, &program))?;
    Ok((install, Recording(thread)))
}

impl<T> Recording<T> {
    /// Waits until all recorded processes have ended, and returns their calls.
    pub fn finish(self) -> io::Result<T> {
        self.0.join().expect("the thread returns its errors")
    }
}

/// Starts to record the calls with these numbers, in their order: those of every process that installs the filter, and of its
/// descendants.
pub fn in_order(numbers: &[libc::c_long]) -> io::Result<(Install, Recording<Vec<ReportedCall>>)> {
    let calls: Vec<Call> = numbers.iter().copied().map(Call::every).collect();
    let listen = |listener: Listener| {
        let mut made = Vec::new();
        while let Some(call) = listener.next()? {
            listener.allow(&call);
            made.push(call);
        }
        Ok(made)
    };
    let (install, thread) = report(move |_| matching(&calls, libc::SECCOMP_RET_USER_NOTIF), listen)?;
    Ok((install, Recording(thread)))
}

/// Starts a program, and stops it at its first system call. Returns the number of the call, and the first argument.
#[track_caller]
pub fn first_call(program: Command) -> (libc::c_long, u64) {
    let traced = PodProcess::outside_after(program, || Ok(ptrace::traceme()?));
    let pid = traced.pid();
    assert_eq!(waitpid(pid, None), Ok(WaitStatus::Stopped(pid, Signal::SIGTRAP)), "at the exec");
    ptrace::setoptions(pid, Options::PTRACE_O_TRACESYSGOOD).expect("the process is stopped");
    ptrace::syscall(pid, None).expect("the process is stopped");
    assert_eq!(waitpid(pid, None), Ok(WaitStatus::PtraceSyscall(pid)), "at its first system call");
    let call = fs::read_to_string(format!("/proc/{pid}/syscall")).expect("the process is stopped");
    let mut words = call.split(' ');
    let number = words.next().and_then(|number| number.parse().ok()).expect("a number");
    let argument = words.next().and_then(|word| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok());
    (number, argument.expect("a number"))
}

/// Returns a filter that reports every call except one: the `sendmsg` that passes the listener to the test.
fn filter(socket: RawFd) -> Filter {
    vec![
        load(offset_of!(libc::seccomp_data, nr)),
        if_equal(libc::SYS_sendmsg as u32, 0, 3),
        load(low_half_of_argument(0)),
        if_equal(socket as u32, 0, 1),
        action(libc::SECCOMP_RET_ALLOW),
        action(libc::SECCOMP_RET_USER_NOTIF),
    ]
}

/// Allows and records calls until no process with the filter is left.
fn listen(listener: &Listener, program: &Path) -> io::Result<BTreeSet<libc::c_long>> {
    let mut numbers = BTreeSet::new();
    let identity = identity(program)?;
    while let Some(call) = listener.next()? {
        let executed = PathBuf::from(format!("/proc/{}/exe", call.pid));
        if self::identity(&executed).is_ok_and(|executed| executed == identity) {
            numbers.insert(call.number);
        }
        listener.allow(&call);
    }
    Ok(numbers)
}

/// Returns the device and inode of a file.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}
