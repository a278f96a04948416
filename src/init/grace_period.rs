//! The grace period: when the program has ended, asks the remaining processes to end, each of them once.

use super::log;
use super::proc::{Proc, field};
use crate::sys::Errno;
use crate::sys::process::{EVERY_PROCESS, Pid, getpid, kill};
use crate::sys::signal::SignalSet;
use crate::sys::time::start_timer;
use core::ffi::c_int;

/// Which processes have been sent the request to end.
///
/// Processes that start later have greater IDs, until the IDs begin anew at the kernel's limit.
struct Asked {
    /// Those with an ID up to this one; 0 for nobody.
    newest: Pid,
    /// And only those in this process group, if it is not 0.
    group: Pid,
    /// And only those that do not ignore the signal by which they were asked.
    signal: c_int,
}

impl Asked {
    const NOBODY: Self = Self { newest: 0, group: 0, signal: libc::SIGTERM };
}

/// A shutdown, from the request to end until nobody is left.
pub struct Shutdown {
    asked: Asked,
    /// The signals that were forwarded to the program.
    forwarded: SignalSet,
    pub is_time_over: bool,
}

impl Shutdown {
    /// Before anything has happened.
    pub const NONE: Self = Self { asked: Asked::NOBODY, forwarded: SignalSet::of([]), is_time_over: false };

    /// Call this before a signal is forwarded: `received` came in, `sent` goes to the program, and to all of `group` unless
    /// that is 0.
    pub fn note_forwarded(&mut self, received: c_int, sent: c_int, group: Pid) {
        self.forwarded = self.forwarded.with(sent);
        if group != 0 && (received == libc::SIGTERM || sent == libc::SIGTERM) {
            self.asked = Asked { newest: newest(), group, signal: sent };
        }
    }

    /// Call this when `signal` has ended the program. SIGHUP, SIGINT and SIGQUIT were a request to end then. `group` had it
    /// too if it was forwarded to the group, or came from the terminal that has the group in the foreground. When the key
    /// was typed is not known, so every member counts as asked.
    pub fn note_end(&mut self, signal: c_int, group: Pid, signals_group: bool, is_in_foreground: bool) {
        let is_request = matches!(signal, libc::SIGHUP | libc::SIGINT | libc::SIGQUIT);
        let was_sent_to_group = if self.forwarded.contains(signal) { signals_group } else { is_in_foreground };
        // A group of 0 has its leader outside of our PID namespace, and cannot be told from another one.
        if is_request && was_sent_to_group && group != 0 {
            self.asked = Asked { newest: Pid::MAX, group, signal };
        }
    }

    /// Asks the remaining processes to end, and starts the timer of the grace period.
    pub fn begin(&mut self, seconds: c_int) {
        self.ask();
        // A stopped process would not act on the request. If this is refused, so was the request, and that was reported.
        _ = signal_remaining(libc::SIGCONT, &Asked::NOBODY);
        self.is_time_over = seconds == 0;
        if seconds != 0
            && let Err(error) = start_timer(seconds)
        {
            log::failure(b"cannot set a timer", error);
            self.is_time_over = true;
        }
    }

    /// Sends SIGTERM to the remaining processes that have not been sent the request to end.
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

/// Says that not all of the remaining processes could be signalled.
fn report(result: Result<(), Errno>) {
    if let Err(error) = result {
        log::failure(b"cannot signal the remaining processes", error);
    }
}

/// Whether processes are left that are no children of ours, as process 1 of a PID namespace that others have entered.
pub fn others_remain() -> bool {
    getpid() == 1 && kill(EVERY_PROCESS, 0).is_ok()
}

/// The process ID that was assigned last. Without `/proc` processes cannot be told apart later, so any number will do.
fn newest() -> Pid {
    Proc::open().and_then(|proc| proc.newest()).unwrap_or(Pid::MAX)
}

/// Sends `signal` to the remaining processes except those that `asked` includes: as process 1 to those of the PID namespace,
/// else to our descendants.
///
/// # Errors
/// `/proc` cannot be read, or one of them may not be signalled. Where one call signals everybody, the kernel reports no
/// such refusal.
fn signal_remaining(signal: c_int, asked: &Asked) -> Result<(), Errno> {
    let is_first = getpid() == 1;
    if !is_first || asked.newest != 0 {
        match signal_each(signal, asked) {
            Ok(result) => return result,
            // Without /proc a process 1 can only signal everybody. To ask some twice is better than not to ask others.
            Err(error) if is_first && asked.group != 0 => {
                log::failure(b"cannot tell processes apart", error);
            }
            Err(error) => return Err(error),
        }
    }
    unless_gone(kill(EVERY_PROCESS, signal))
}

/// Signals them one by one. The inner result is the last error of `kill`, if there was one.
///
/// # Errors
/// `/proc` cannot be read, or does not tell of each process.
fn signal_each(signal: c_int, asked: &Asked) -> Result<Result<(), Errno>, Errno> {
    let init = getpid();
    let proc = Proc::open()?;
    let mut processes = proc.directory.numbers();
    let (mut sent, mut told) = (Ok(()), Ok(()));
    loop {
        let pid = processes.take()?;
        if pid < 0 {
            return told.map(|()| sent);
        }
        match is_meant(&proc, pid, init, asked) {
            Ok(true) => sent = unless_gone(kill(pid, signal)).and(sent),
            Ok(false) => {}
            Err(error) => told = unless_gone(Err(error)).and(told),
        }
    }
}

/// Takes the error of a process that is gone for success: it needs no signal.
fn unless_gone(result: Result<(), Errno>) -> Result<(), Errno> {
    match result {
        Err(Errno::ENOENT | Errno::ESRCH) => Ok(()),
        result => result,
    }
}

/// Whether a process is one of the remaining ones, and not among those that were asked.
fn is_meant(proc: &Proc, pid: Pid, init: Pid, asked: &Asked) -> Result<bool, Errno> {
    if pid == init || (init != 1 && !is_descendant(proc, pid, init)?) {
        return Ok(false);
    }
    let is_asked = pid <= asked.newest
        && (asked.group == 0 || proc.stat(pid, field::GROUP)? == asked.group)
        && !is_ignored(proc, pid, asked.signal)?;
    Ok(!is_asked)
}

/// Whether a process ignores `signal`. What it does with a real-time signal is not asked.
fn is_ignored(proc: &Proc, pid: Pid, signal: c_int) -> Result<bool, Errno> {
    let ignored = proc.stat(pid, field::IGNORED)?;
    Ok(signal < 32 && ignored >> (signal - 1) & 1 != 0)
}

/// Whether `init` is the parent of a process, or the parent of its parent, and so on.
fn is_descendant(proc: &Proc, pid: Pid, init: Pid) -> Result<bool, Errno> {
    let mut ancestor = pid;
    while ancestor > 1 && ancestor != init {
        ancestor = match proc.stat(ancestor, field::PARENT) {
            // It has ended in the meantime, and its children have another parent: begin anew.
            Err(Errno::ENOENT | Errno::ESRCH) if ancestor != pid => pid,
            result => result?,
        };
    }
    Ok(ancestor == init)
}
