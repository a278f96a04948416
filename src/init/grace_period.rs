//! The grace period: after the program has ended, asks each remaining process to end, and asks none of them twice.

use super::log;
use super::proc::{Proc, field};
use crate::sys::Errno;
use crate::sys::process::{EVERY_PROCESS, Pid, getpid, kill};
use crate::sys::signal::SignalSet;
use crate::sys::time::start_timer;
use core::ffi::c_int;

/// The processes that were asked to end: those with an ID up to `newest` that are in `group` and do not ignore
/// `signal`.
///
/// Processes that start later have greater IDs, until the IDs begin anew at the kernel's limit.
struct Asked {
    /// The greatest of their IDs. 0 if nobody was asked.
    newest: Pid,
    /// Their process group. 0 for all groups.
    group: Pid,
    /// The signal by which they were asked.
    signal: c_int,
}

impl Asked {
    const NOBODY: Self = Self { newest: 0, group: 0, signal: libc::SIGTERM };
}

/// A shutdown: from the first request to end until no process is left.
pub struct Shutdown {
    asked: Asked,
    /// The signals that were forwarded to the program.
    forwarded: SignalSet,
    /// Whether the grace period is over.
    pub is_time_over: bool,
}

/// How the program ended, and who else got the signal that ended it.
pub struct ProgramEnd {
    /// The signal that ended the program. 0 if it exited by itself.
    pub signal: c_int,
    /// The program's process group. 0 if its leader is outside of our PID namespace.
    pub group: Pid,
    /// Whether that group gets the signals that `init` forwards.
    pub gets_forwarded_signals: bool,
    /// Whether that group gets the signals of the terminal's keys.
    pub is_in_foreground: bool,
}

impl Shutdown {
    /// Nothing has happened yet.
    pub const NONE: Self = Self { asked: Asked::NOBODY, forwarded: SignalSet::of([]), is_time_over: false };

    /// Call this before `init` forwards a signal: it has received `received`, and sends `sent` to the program, and to
    /// all of `group` unless that is 0.
    pub fn before_forwarding(&mut self, received: c_int, sent: c_int, group: Pid) {
        self.forwarded = self.forwarded.with(sent);
        if group != 0 && (received == libc::SIGTERM || sent == libc::SIGTERM) {
            self.asked = Asked { newest: newest(), group, signal: sent };
        }
    }

    /// Call this when the program has ended. If SIGHUP, SIGINT or SIGQUIT ended it, that signal was a request to end.
    /// Its group got the request too, if `init` forwarded it to the group, or if it came from the terminal and the
    /// group was in the foreground. `init` does not know when the key was typed, so it counts every member of the group
    /// as asked.
    pub fn program_ended(&mut self, end: ProgramEnd) {
        let ProgramEnd { signal, group, .. } = end;
        let is_request = matches!(signal, libc::SIGHUP | libc::SIGINT | libc::SIGQUIT);
        let was_forwarded = self.forwarded.contains(signal);
        let group_got_it = if was_forwarded { end.gets_forwarded_signals } else { end.is_in_foreground };
        if is_request && group_got_it && group != 0 {
            self.asked = Asked { newest: Pid::MAX, group, signal };
        }
    }

    /// Asks the remaining processes to end, and starts the timer of the grace period.
    pub fn begin(&mut self, seconds: c_int) {
        self.ask();
        // A stopped process could not act on the request. If this is refused, so was the request, and that was
        // reported.
        _ = signal_remaining(libc::SIGCONT, &Asked::NOBODY);
        self.is_time_over = seconds == 0;
        if seconds != 0
            && let Err(error) = start_timer(seconds)
        {
            log::failure(b"cannot set a timer", error);
            self.is_time_over = true;
        }
    }

    /// Sends SIGTERM to the remaining processes that were not asked to end yet.
    pub fn ask(&mut self) {
        let newest = newest();
        report(signal_remaining(libc::SIGTERM, &self.asked));
        self.asked = Asked { newest, ..Asked::NOBODY };
    }
}

/// Sends `signal` to all remaining processes.
pub fn signal_everybody(signal: c_int) {
    report(signal_remaining(signal, &Asked::NOBODY));
}

/// Reports that some of the remaining processes could not be signalled.
fn report(result: Result<(), Errno>) {
    if let Err(error) = result {
        log::failure(b"cannot signal the remaining processes", error);
    }
}

/// Whether processes remain that are not our children. Only a process 1 can have them: others have entered its PID
/// namespace.
pub fn others_remain() -> bool {
    getpid() == 1 && kill(EVERY_PROCESS, 0).is_ok()
}

/// Returns the process ID that was assigned last. Without `/proc`, `init` cannot tell processes apart later, so any
/// number will do.
fn newest() -> Pid {
    Proc::open().and_then(|proc| proc.newest()).unwrap_or(Pid::MAX)
}

/// Sends `signal` to the remaining processes except those in `asked`. For a process 1 they are all processes of its PID
/// namespace, otherwise all descendants.
///
/// # Errors
/// `/proc` cannot be read, or one of the processes may not be signalled. If one call signals all of them, the kernel
/// does not report such a refusal.
fn signal_remaining(signal: c_int, asked: &Asked) -> Result<(), Errno> {
    let is_first = getpid() == 1;
    if !is_first || asked.newest != 0 {
        match signal_each(signal, asked) {
            Ok(result) => return result,
            // Without /proc a process 1 can only signal everybody. Asking some twice is better than not asking others.
            Err(error) if is_first && asked.group != 0 => {
                log::failure(b"cannot tell processes apart", error);
            }
            Err(error) => return Err(error),
        }
    }
    unless_ended(kill(EVERY_PROCESS, signal))
}

/// Signals the processes one by one. The inner result is the last error of `kill`, if there was one.
///
/// # Errors
/// `/proc` cannot be read, or does not show one of the processes.
fn signal_each(signal: c_int, asked: &Asked) -> Result<Result<(), Errno>, Errno> {
    let init = getpid();
    let proc = Proc::open()?;
    let mut processes = proc.directory.numbers();
    let (mut sent, mut shown) = (Ok(()), Ok(()));
    while let Some(pid) = processes.take()? {
        match must_be_signalled(&proc, pid, init, asked) {
            Ok(true) => sent = unless_ended(kill(pid, signal)).and(sent),
            Ok(false) => {}
            Err(error) => shown = unless_ended(Err(error)).and(shown),
        }
    }
    shown.map(|()| sent)
}

/// Turns the error for a process that has ended into success: such a process needs no signal.
fn unless_ended(result: Result<(), Errno>) -> Result<(), Errno> {
    match result {
        Err(Errno::ENOENT | Errno::ESRCH) => Ok(()),
        result => result,
    }
}

/// Whether a process remains, and is not in `asked`.
fn must_be_signalled(proc: &Proc, pid: Pid, init: Pid, asked: &Asked) -> Result<bool, Errno> {
    if pid == init || (init != 1 && !is_descendant(proc, pid, init)?) {
        return Ok(false);
    }
    let is_asked = pid <= asked.newest
        && (asked.group == 0 || proc.stat(pid, field::GROUP)? == asked.group)
        && !is_ignored(proc, pid, asked.signal)?;
    Ok(!is_asked)
}

/// Whether a process ignores `signal`. `/proc/PID/stat` does not show this for real-time signals: the answer is no.
fn is_ignored(proc: &Proc, pid: Pid, signal: c_int) -> Result<bool, Errno> {
    let ignored = proc.stat(pid, field::IGNORED)?;
    Ok(signal < 32 && ignored >> (signal - 1) & 1 != 0)
}

/// Whether a process is a child of `init`, or a child of a child, and so on.
fn is_descendant(proc: &Proc, pid: Pid, init: Pid) -> Result<bool, Errno> {
    let mut ancestor = pid;
    while ancestor > 1 && ancestor != init {
        ancestor = match proc.stat(ancestor, field::PARENT) {
            // The ancestor has just ended, and its children have another parent: begin again.
            Err(Errno::ENOENT | Errno::ESRCH) if ancestor != pid => pid,
            result => result?,
        };
    }
    Ok(ancestor == init)
}
