//! The grace period: after the program has ended, asks each remaining process to end, if possible none of them twice.

use super::log;
use super::proc::{Proc, contains, field};
use crate::sys::Errno;
use crate::sys::process::{EVERY_PROCESS, Pid, getpid, kill};
use crate::sys::signal::{Signal, SignalSet};
use crate::sys::time::start_timer;
use core::ffi::c_int;

/// The processes that were asked to end: all members of `group` with an ID up to `newest`, except those that ignore
/// `signal`.
struct Asked {
    /// The process ID that was assigned last when they were asked: see [`Proc::newest_pid`].
    newest: Pid,
    /// Their process group. `None` for all groups.
    group: Option<Pid>,
    /// The signal by which they were asked.
    signal: c_int,
}

/// A shutdown: from the first request to end until no process is left.
pub struct Shutdown {
    /// `None` if nobody was asked.
    asked: Option<Asked>,
    /// The signals that were forwarded to the program.
    forwarded: SignalSet,
    /// Whether the grace period is over.
    pub is_time_over: bool,
}

/// How the program ended, and who else got the signal that ended it.
pub struct ProgramEnd {
    /// The signal that ended the program, if it did not exit by itself.
    pub signal: Option<c_int>,
    /// The program's process group. 0 if its leader is outside of our PID namespace.
    pub group: Pid,
    /// Whether that group gets the signals that `init` forwards.
    pub gets_forwarded_signals: bool,
    /// Whether that group gets the signals of the terminal's keys.
    pub is_in_foreground: bool,
}

impl Shutdown {
    /// Nothing has happened yet.
    pub const NONE: Self = Self { asked: None, forwarded: SignalSet::of([]), is_time_over: false };

    /// Call this before `init` forwards a signal that it has received: it sends `sent` to the program, and to all of
    /// `group` if there is one.
    pub fn before_forwarding(&mut self, received: &Signal, sent: c_int, group: Option<Pid>) {
        self.forwarded = self.forwarded.with(sent);
        if group.is_some() && (received.number == libc::SIGTERM || sent == libc::SIGTERM) {
            self.asked = Some(Asked { newest: newest_pid(), group, signal: sent });
        }
    }

    /// Call this when the program has ended. If SIGHUP, SIGINT or SIGQUIT ended it, that signal was a request to end.
    /// Its group got the request too, if `init` forwarded it to the group, or if it came from the terminal and the
    /// group was in the foreground. `init` does not know when the key was typed, so it counts every member of the group
    /// as asked.
    pub fn program_ended(&mut self, end: ProgramEnd) {
        let Some(signal @ (libc::SIGHUP | libc::SIGINT | libc::SIGQUIT)) = end.signal else {
            return;
        };
        let was_forwarded = self.forwarded.contains(signal);
        let group_got_it = if was_forwarded { end.gets_forwarded_signals } else { end.is_in_foreground };
        if group_got_it && end.group != 0 {
            self.asked = Some(Asked { newest: Pid::MAX, group: Some(end.group), signal });
        }
    }

    /// Asks the remaining processes to end, and starts the timer of the grace period.
    pub fn begin(&mut self, seconds: c_int) {
        self.ask();
        // A stopped process could not act on the request. If this is refused, so was the request, and that was
        // reported.
        _ = signal_remaining(libc::SIGCONT, None);
        self.is_time_over = seconds == 0
            || start_timer(seconds).inspect_err(|error| _ = log::failure(b"cannot set a timer", *error)).is_err();
    }

    /// Sends SIGTERM to the remaining processes that were not asked to end yet.
    pub fn ask(&mut self) {
        let newest = newest_pid();
        report(signal_remaining(libc::SIGTERM, self.asked.as_ref()));
        self.asked = Some(Asked { newest, group: None, signal: libc::SIGTERM });
    }
}

/// Sends `signal` to all remaining processes.
pub fn signal_everybody(signal: c_int) {
    report(signal_remaining(signal, None));
}

/// Reports that some of the remaining processes could not be signalled.
fn report(result: Result<(), Errno>) {
    if let Err(error) = result {
        log::failure(b"cannot signal the remaining processes", error);
    }
}

/// Whether processes remain besides `init`. Those that have joined its PID namespace, as by `docker exec`, are not its
/// children. Only process 1 can ask the kernel for them.
pub fn others_remain() -> bool {
    getpid() == 1 && kill(EVERY_PROCESS, 0).is_ok()
}

/// Returns the process ID that was assigned last. Without `/proc` every process counts as older, but `init` cannot tell
/// processes apart later anyway.
fn newest_pid() -> Pid {
    Proc::open().and_then(|proc| proc.newest_pid()).unwrap_or(Pid::MAX)
}

/// Sends `signal` to the remaining processes except those in `asked`. For a process 1 they are all processes of its PID
/// namespace, otherwise all descendants.
///
/// # Errors
/// `/proc` cannot be read, or one of the processes may not be signalled. If one call signals all of them, the kernel
/// does not report such a refusal.
fn signal_remaining(signal: c_int, asked: Option<&Asked>) -> Result<(), Errno> {
    let is_first = getpid() == 1;
    if !is_first || asked.is_some() {
        match signal_each(signal, asked) {
            Ok(result) => return result,
            // Without /proc a process 1 can only signal everybody. Asking some twice is better than not asking others.
            Err(error) if is_first && asked.is_some_and(|asked| asked.group.is_some()) => {
                log::failure(b"cannot read /proc", error);
            }
            Err(error) => return Err(error),
        }
    }
    unless_ended(kill(EVERY_PROCESS, signal))
}

/// Signals the processes one by one. Returns the last error of `kill` as the inner result.
///
/// # Errors
/// `/proc` cannot be read, or does not show one of the processes.
fn signal_each(signal: c_int, asked: Option<&Asked>) -> Result<Result<(), Errno>, Errno> {
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

/// Whether `init` has to signal a process: it is one of those that [`signal_remaining`] names, and not one of `asked`.
fn must_be_signalled(proc: &Proc, pid: Pid, init: Pid, asked: Option<&Asked>) -> Result<bool, Errno> {
    if pid == init || (init != 1 && !is_descendant(proc, pid, init)?) {
        return Ok(false);
    }
    let Some(asked) = asked.filter(|asked| pid <= asked.newest) else {
        return Ok(true);
    };
    let is_member = match asked.group {
        Some(group) => proc.stat(pid, field::GROUP)? == group,
        None => true,
    };
    Ok(!is_member || contains(proc.stat(pid, field::IGNORED)?, asked.signal))
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
