//! A hostile container: sends process 1 signals that are to look as if they came from somewhere else.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::{pipe, write};
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::process::ExitCode;
use std::{env, io};
use testkit::pod::send;

const USAGE: &str = "usage: attacker HOW SIGNAL [CODE]
  kill            by kill
  tgkill          by tgkill, to its first thread
  pidfd           by pidfd_send_signal
  queue CODE      by rt_sigqueueinfo: CODE says how it came about, and the sender's process ID is 0
  tgqueue CODE    likewise by rt_tgsigqueueinfo
  pidfd-queue CODE    likewise by pidfd_send_signal
  file            by a pipe that is told to send it when it can be read
  lost            by tgkill, when process 1 may have no signal queued, so that its details are lost
  nested          by a process descriptor, from a PID namespace within this one
  storm           by kill, without an end
  urgent-storm    likewise, by real-time priority if that is permitted";

const INIT: nix::unistd::Pid = nix::unistd::Pid::from_raw(1);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|number| number.parse::<i32>().ok());
    let done = match (arguments.first().map(String::as_str), number(1), number(2)) {
        (Some("kill"), Some(signal), None) => send(INIT, signal),
        (Some("tgkill"), Some(signal), None) => tgkill(signal),
        (Some("pidfd"), Some(signal), None) => pidfd().and_then(|pidfd| pidfd_send(&pidfd, signal, None)),
        (Some("queue"), Some(signal), Some(code)) => queue(signal, code),
        (Some("tgqueue"), Some(signal), Some(code)) => tgqueue(signal, code),
        (Some("pidfd-queue"), Some(signal), Some(code)) => {
            pidfd().and_then(|pidfd| pidfd_send(&pidfd, signal, Some(forged(signal, code))))
        }
        (Some("file"), Some(signal), None) => file(signal),
        (Some("lost"), Some(signal), None) => lost(signal),
        (Some("nested"), Some(signal), None) => nested(signal),
        (Some("storm"), Some(signal), None) => storm(signal),
        (Some("urgent-storm"), Some(signal), None) => {
            be_urgent();
            storm(signal)
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn tgkill(signal: i32) -> nix::Result<()> {
    // SAFETY: takes numbers only.
    Errno::result(unsafe { libc::syscall(libc::SYS_tgkill, 1, 1, signal) }).map(drop)
}

/// Details that say `code`, and that process 0 is the sender.
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

/// A descriptor of process 1.
fn pidfd() -> nix::Result<OwnedFd> {
    // SAFETY: takes numbers only.
    let descriptor = Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_open, 1, 0) })?;
    // SAFETY: it was just made, and is nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor as i32) })
}

fn pidfd_send(pidfd: &OwnedFd, signal: i32, info: Option<libc::siginfo_t>) -> nix::Result<()> {
    let info = info.as_ref().map_or(std::ptr::null(), |info| &raw const *info);
    // SAFETY: the kernel reads the details, if there are any; they live until the call returns.
    Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal, info, 0) }).map(drop)
}

fn file(signal: i32) -> nix::Result<()> {
    let (reader, writer) = pipe()?;
    // SAFETY: take numbers only.
    Errno::result(unsafe { libc::fcntl(reader.as_raw_fd(), libc::F_SETOWN, 1) })?;
    // SAFETY: as above. The number is the kernel's, which the crate `libc` does not have for every platform.
    Errno::result(unsafe { libc::fcntl(reader.as_raw_fd(), F_SETSIG, signal) })?;
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_ASYNC))?;
    write(&writer, b"x")?;
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::empty())).map(drop) // or its end would send another one
}

/// `asm-generic/fcntl.h`
const F_SETSIG: i32 = 10;

fn lost(signal: i32) -> nix::Result<()> {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel reads `none`, which lives until the call returns.
    Errno::result(unsafe { libc::prlimit(1, libc::RLIMIT_SIGPENDING, &raw const none, std::ptr::null_mut()) })?;
    tgkill(signal)
}

fn nested(signal: i32) -> nix::Result<()> {
    let outer = pidfd()?;
    nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWPID)?;
    // SAFETY: this program has one thread.
    match unsafe { nix::unistd::fork() }? {
        nix::unistd::ForkResult::Child => {
            let sent = pidfd_send(&outer, signal, None);
            // SAFETY: runs nothing that the parent wanted to be run at its own end.
            unsafe { libc::_exit(sent.err().map_or(0, |error| error as i32)) }
        }
        nix::unistd::ForkResult::Parent { child } => match nix::sys::wait::waitpid(child, None)? {
            nix::sys::wait::WaitStatus::Exited(_, 0) => Ok(()),
            nix::sys::wait::WaitStatus::Exited(_, error) => Err(Errno::from_raw(error)),
            _ => Err(Errno::ECHILD),
        },
    }
}

fn be_urgent() {
    let least = libc::sched_param { sched_priority: 1 };
    // SAFETY: the kernel reads `least`, which lives until the call returns.
    if unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const least) } != 0 {
        eprintln!("attacker: no real-time priority: {}", io::Error::last_os_error());
    }
}

fn storm(signal: i32) -> nix::Result<()> {
    loop {
        send(INIT, signal)?;
    }
}
