//! Translates real system calls and their results, as registers and memory hold them, into those of the model.

use crate::call::{Answer, Call, Change, Info, Signals};
use std::io;
use testkit::trace::{RawCall, Traced};

/// Translates a call at its entry, when its arguments are still as the program has set them.
pub fn call(traced: &Traced, raw: RawCall) -> io::Result<Call> {
    let [first, second, third, ..] = raw.arguments;
    let number = |argument: u64| argument as i32;
    let signals = |address| traced.read(address).map(|bytes| Signals(u64::from_ne_bytes(bytes)));
    Ok(match (raw.number, first, second) {
        (libc::SYS_rt_sigprocmask, how, set) if number(how) == libc::SIG_SETMASK => Call::SetMask(signals(set)?),
        (libc::SYS_capset, ..) => Call::DropCapabilities,
        (libc::SYS_prctl, what, 1) if number(what) == libc::PR_SET_NO_NEW_PRIVS => Call::ForbidNewPrivileges,
        (libc::SYS_getpid, ..) => Call::GetPid,
        (libc::SYS_rt_sigaction, signal, action) if action != 0 => match words(traced, action)? {
            [0, flags] => Call::SetAction { signal: number(signal), flags: flags as i32 },
            [_, _] => Call::Other(-1), // a handler
        },
        (libc::SYS_wait4, who, _) if number(who) == -1 => Call::Reap { options: number(third) },
        (libc::SYS_rt_sigtimedwait, set, _) => {
            let limit = if third == 0 { None } else { Some(nanoseconds(traced, third)?) };
            Call::Wait { set: signals(set)?, limit }
        }
        (libc::SYS_fcntl, 2, command) if number(command) == libc::F_GETFL => Call::GetStreamFlags,
        (libc::SYS_fcntl, 2, command) if number(command) == libc::F_SETFL => Call::SetStreamFlags(number(third)),
        (libc::SYS_write, 2, text) => {
            let mut bytes = vec![0; third as usize];
            traced.read_into(text, &mut bytes)?;
            // Leaked, because the texts of the model are constants. A trace has few of them.
            Call::Write(String::from_utf8_lossy(&bytes).into_owned().leak())
        }
        (libc::SYS_exit_group, status, _) => Call::Exit(number(status)),
        (libc::SYS_clone, flags, _) if number(flags) == libc::SIGCHLD => Call::Fork,
        (libc::SYS_setpgid, pid, 0) => Call::MakeGroup(number(pid)),
        (libc::SYS_pidfd_open, pid, _) => Call::OpenPidfd(number(pid)),
        (libc::SYS_ioctl, _, request) if number(request) == libc::PIDFD_GET_INFO as i32 => Call::AskPidfd,
        (libc::SYS_ppoll, polled, _) if i32::from_ne_bytes(traced.read(polled)?) > 2 => Call::PollPidfd,
        (libc::SYS_kill, pid, signal) => Call::Kill { pid: number(pid), signal: number(signal) },
        (libc::SYS_getpgid, pid, _) if pid != 0 => Call::GroupOf(number(pid)),
        (libc::SYS_setitimer, ..) => Call::SetTimer,
        _ => Call::Other(raw.number),
    })
}

/// Translates an answer at the exit of a call, when the kernel has filled what it fills.
pub fn answer(traced: &Traced, call: Call, raw: RawCall, result: i64) -> io::Result<Answer> {
    let [_, second, third, ..] = raw.arguments;
    Ok(match call {
        _ if result < 0 => Answer::Failed(-result as i32),
        Call::Wait { .. } => Answer::Taken(info(&traced.read(second)?)),
        Call::Reap { .. } if result > 0 && second != 0 => {
            let status = i32::from_ne_bytes(traced.read(second)?);
            let change = if libc::WIFSTOPPED(status) || libc::WIFCONTINUED(status) {
                Change::StoppedOrContinued
            } else {
                Change::Ended(shell_status(status))
            };
            Answer::Changed(result as i32, change)
        }
        Call::PollPidfd if result == 1 => {
            let request: [u8; size_of::<libc::pollfd>()] = traced.read(raw.arguments[0])?;
            let [.., first, second] = request; // `revents`
            Answer::Done(i16::from_ne_bytes([first, second]).into())
        }
        Call::AskPidfd => told(&traced.read(third)?),
        _ => Answer::Done(result as i32),
    })
}

/// Whether an `openat` opens this file, whose name ends with a NUL.
pub fn opens(traced: &Traced, raw: RawCall, name: &[u8]) -> io::Result<bool> {
    let mut bytes = vec![0; name.len()];
    traced.read_into(raw.arguments[1], &mut bytes)?;
    Ok(bytes == name)
}

/// Returns the last number in `/proc/loadavg`, which was read.
pub fn newest_pid(traced: &Traced, raw: RawCall, length: i64) -> io::Result<Answer> {
    let mut bytes = vec![0; length as usize];
    traced.read_into(raw.arguments[1], &mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let newest = text.split_whitespace().last().and_then(|number| number.parse().ok());
    newest.map(Answer::Done).ok_or_else(|| io::Error::other(format!("loadavg is {text:?}")))
}

/// Returns the status that a shell shows.
fn shell_status(status: i32) -> i32 {
    if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 128 | libc::WTERMSIG(status) }
}

/// Reads the two words at the beginning of a `struct sigaction` or a `struct timespec`.
fn words(traced: &Traced, address: u64) -> io::Result<[usize; 2]> {
    let bytes: [u8; 2 * size_of::<usize>()] = traced.read(address)?;
    let (words, _) = bytes.as_chunks();
    Ok([usize::from_ne_bytes(words[0]), usize::from_ne_bytes(words[1])])
}

fn nanoseconds(traced: &Traced, address: u64) -> io::Result<u64> {
    let [seconds, nanoseconds] = words(traced, address)?;
    Ok(seconds as u64 * 1_000_000_000 + nanoseconds as u64)
}

/// Reads a `siginfo_t`.
fn info(bytes: &[u8; size_of::<libc::siginfo_t>()]) -> Info {
    // SAFETY: the structure consists of numbers and of bytes that only the kernel uses: any bytes are one.
    let info = unsafe { bytes.as_ptr().cast::<libc::siginfo_t>().read_unaligned() };
    // SAFETY: each signal has an integer or a pointer in this place.
    Info { number: info.si_signo, code: info.si_code, pid: unsafe { info.si_pid() } }
}

/// Reads a `struct pidfd_info`.
fn told(bytes: &[u8; size_of::<libc::pidfd_info>()]) -> Answer {
    // SAFETY: the structure consists of numbers: any bytes are one.
    let info = unsafe { bytes.as_ptr().cast::<libc::pidfd_info>().read_unaligned() };
    match info.mask {
        mask if mask & libc::PIDFD_INFO_EXIT as u64 != 0 => Answer::Ended(shell_status(info.exit_code)),
        mask if mask & libc::PIDFD_INFO_PID as u64 != 0 => Answer::Lives,
        _ => Answer::Failed(libc::ESRCH),
    }
}
