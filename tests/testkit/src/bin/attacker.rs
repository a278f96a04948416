//! The attacker: a program in a container that sends process 1 signals as if they came from outside of the pod.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork, pipe, write};
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::process::ExitCode;
use std::thread::yield_now;
use std::{env, fs, ptr};
use testkit::pod::send;
use testkit::programs::wrong_usage;
use testkit::realtime::schedule;

const USAGE: &str = "usage: attacker HOW SIGNAL [CODE…]
Sends SIGNAL to process 1; with several codes, each when process 1 has taken the last one:
  kill          by kill
  tgkill        by tgkill
  pidfd         by pidfd_send_signal
  queue         by rt_sigqueueinfo, with si_code CODE and si_pid 0
  tgqueue       by rt_tgsigqueueinfo, with si_code CODE and si_pid 0
  pidfd-queue   by pidfd_send_signal, with si_code CODE and si_pid 0
  file          by a pipe with O_ASYNC that becomes readable
  lost          by tgkill, after process 1's RLIMIT_SIGPENDING was set to 0, so that its siginfo_t is lost
  nested        by pidfd_send_signal, from a nested PID namespace
  storm         by kill, again and again
  urgent-storm  like storm, with real-time priority if that is permitted";

const INIT: Pid = Pid::from_raw(1);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|number| number.parse::<i32>().ok());
    let codes: Vec<i32> = arguments.iter().skip(2).filter_map(|code| code.parse().ok()).collect();
    let done = match (arguments.first().map(String::as_str), number(1), number(2)) {
        (Some("kill"), Some(signal), None) => send(INIT, signal),
        (Some("tgkill"), Some(signal), None) => tgkill(signal),
        (Some("pidfd"), Some(signal), None) => pidfd().and_then(|pidfd| pidfd_send(&pidfd, signal, None)),
        (Some("queue"), Some(signal), Some(_)) => send_all(signal, &codes, queue),
        (Some("tgqueue"), Some(signal), Some(_)) => send_all(signal, &codes, tgqueue),
        (Some("pidfd-queue"), Some(signal), Some(_)) => send_all(signal, &codes, |signal, code| {
            pidfd().and_then(|pidfd| pidfd_send(&pidfd, signal, Some(forged(signal, code))))
        }),
        (Some("file"), Some(signal), None) => file(signal),
        (Some("lost"), Some(signal), None) => lost(signal),
        (Some("nested"), Some(signal), None) => nested(signal),
        (Some("storm"), Some(signal), None) => storm(signal),
        (Some("urgent-storm"), Some(signal), None) => {
            set_realtime_priority();
            storm(signal)
        }
        _ => return wrong_usage(USAGE),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Sends a signal with each of these codes. A standard signal does not queue, so it waits until process 1 has taken the last
/// one.
fn send_all(signal: i32, codes: &[i32], send: impl Fn(i32, i32) -> nix::Result<()>) -> nix::Result<()> {
    for &code in codes {
        send(signal, code)?;
        while is_pending(signal) {
            yield_now();
        }
    }
    Ok(())
}

/// Returns whether a signal is pending for process 1. If process 1 has ended, the kernel ends this process too.
fn is_pending(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/1/status").unwrap_or_default();
    let pending = status.lines().filter_map(|line| line.strip_prefix("SigPnd:").or(line.strip_prefix("ShdPnd:")));
    pending.filter_map(|set| u64::from_str_radix(set.trim(), 16).ok()).any(|set| set & 1 << (signal - 1) != 0)
}

fn tgkill(signal: i32) -> nix::Result<()> {
    // SAFETY: takes numbers only.
    Errno::result(unsafe { libc::syscall(libc::SYS_tgkill, 1, 1, signal) }).map(drop)
}

/// Returns a `siginfo_t` with this `si_code`, and process 0 as the sender.
fn forged(signal: i32, code: i32) -> libc::siginfo_t {
    // SAFETY: the structure is made of numbers, and zero is a valid value for each of them.
    let mut info: libc::siginfo_t = unsafe { mem::zeroed() };
    (info.si_signo, info.si_code) = (signal, code);
    info
}

fn queue(signal: i32, code: i32) -> nix::Result<()> {
    let info = forged(signal, code);
    // SAFETY: the kernel reads `info`, which lives until the call returns.
    Errno::result(unsafe { libc::syscall(libc::SYS_rt_sigqueueinfo, 1, signal, &raw const info) }).map(drop)
}

fn tgqueue(signal: i32, code: i32) -> nix::Result<()> {
    let info = forged(signal, code);
    // SAFETY: the kernel reads `info`, which lives until the call returns.
    Errno::result(unsafe { libc::syscall(libc::SYS_rt_tgsigqueueinfo, 1, 1, signal, &raw const info) }).map(drop)
}

/// Opens a pidfd of process 1.
fn pidfd() -> nix::Result<OwnedFd> {
    // SAFETY: takes numbers only.
    let descriptor = Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_open, 1, 0) })?;
    // SAFETY: the descriptor is new and has no other owner.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor as i32) })
}

fn pidfd_send(pidfd: &OwnedFd, signal: i32, info: Option<libc::siginfo_t>) -> nix::Result<()> {
    let info = info.as_ref().map_or(ptr::null(), |info| &raw const *info);
    // SAFETY: the kernel reads `info` if it is not null; it lives until the call returns.
    Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal, info, 0) }).map(drop)
}

fn file(signal: i32) -> nix::Result<()> {
    let (reader, writer) = pipe()?;
    // SAFETY: takes numbers only.
    Errno::result(unsafe { libc::fcntl(reader.as_raw_fd(), libc::F_SETOWN, 1) })?;
    // SAFETY: takes numbers only.
    Errno::result(unsafe { libc::fcntl(reader.as_raw_fd(), F_SETSIG, signal) })?;
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_ASYNC))?;
    write(&writer, b"x")?;
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::empty())).map(drop) // otherwise closing it would send another signal
}

/// From `asm-generic/fcntl.h`: the crate `libc` does not have it for every platform.
const F_SETSIG: i32 = 10;

fn lost(signal: i32) -> nix::Result<()> {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel reads `none`, which lives until the call returns.
    Errno::result(unsafe { libc::prlimit(1, libc::RLIMIT_SIGPENDING, &raw const none, ptr::null_mut()) })?;
    tgkill(signal)
}

fn nested(signal: i32) -> nix::Result<()> {
    let outer = pidfd()?;
    unshare(CloneFlags::CLONE_NEWPID)?;
    // SAFETY: this program has one thread.
    match unsafe { fork() }? {
        ForkResult::Child => {
            let sent = pidfd_send(&outer, signal, None);
            // SAFETY: ends this process without running the parent's exit handlers.
            unsafe { libc::_exit(sent.err().map_or(0, |error| error as i32)) }
        }
        ForkResult::Parent { child } => match waitpid(child, None)? {
            WaitStatus::Exited(_, 0) => Ok(()),
            WaitStatus::Exited(_, error) => Err(Errno::from_raw(error)),
            _ => Err(Errno::ECHILD),
        },
    }
}

fn set_realtime_priority() {
    if let Err(error) = schedule(Pid::from_raw(0), libc::SCHED_FIFO, 1) {
        eprintln!("attacker: no real-time priority: {error}");
    }
}

fn storm(signal: i32) -> nix::Result<()> {
    loop {
        send(INIT, signal)?;
    }
}
