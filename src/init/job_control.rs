//! Job control: a stop of the program has the effect that it would have without `init`.
//!
//! A shell with job control knows `init` alone. It must see `init` stop when the program stops, and it continues
//! `init`. Without such a shell, nobody could continue what a key has stopped: `init` is process 1, or its process
//! group is orphaned (`man 2 setpgid`). Without `init`, the kernel would not stop the program there. So `init`
//! continues the program and its group. If the key stops only other members of the group, `init` does not learn of it.
//!
//! What stops the program, and what `init` does under a shell:
//! - SIGTSTP from a key, itself or another process: it stops too, and `fg` and `bg` continue both.
//! - SIGTTIN or SIGTTOU: it stops too, unless the shell has put it into the foreground. Then it gives the terminal to
//!   the program, and continues it.
//! - SIGTSTP that `init` has forwarded: it stops too, but not its group.
//! - SIGSTOP: it stops too.
//!
//! And without a shell:
//! - SIGTSTP from a key, itself or another process: it continues the program.
//! - SIGTTIN or SIGTTOU: it sends SIGHUP and SIGCONT once, as the kernel does to a stopped group that becomes orphaned.
//! - SIGTSTP that `init` has forwarded, or SIGSTOP: it leaves the program stopped.
//!
//! Without a controlling terminal, only a SIGTSTP that `init` has forwarded stops `init`. In all cases `init` forwards
//! SIGCONT, which continues a program that was left stopped.

use super::proc::{ASLEEP, Proc, STOPPED, contains, field};
use super::spawn::{Program, Recipient};
use super::terminal::Terminal;
use crate::sys::Errno;
use crate::sys::process::{OWN_GROUP, Pid, getpid, kill};
use crate::sys::signal::{self, SignalSet};
use crate::sys::time::Time;
use core::ffi::c_int;
use core::mem;

/// The signals by which the terminal stops a process group in the background.
pub const BACKGROUND_SIGNALS: SignalSet = SignalSet::of([libc::SIGTTIN, libc::SIGTTOU]);

/// The terminal, and what `init` remembers about stops.
pub struct JobControl {
    /// The controlling terminal.
    pub terminal: Terminal,
    /// Whether `init` has forwarded SIGTSTP, and the program is about to stop by it.
    pub expects_forwarded_stop: bool,
    /// Whether the program was sent SIGHUP because it was in the background without a shell.
    has_sent_sighup: bool,
}

/// What `init` does after the program has stopped.
enum Response {
    /// Nothing: the process that stopped the program has to continue it.
    LeaveStopped,
    /// Send SIGCONT.
    Continue,
    /// Send SIGHUP, then SIGCONT: the program has lost the terminal.
    HangUp,
}

impl JobControl {
    /// A program that has just been started at this terminal.
    pub fn new(terminal: Terminal) -> Self {
        Self { terminal, expects_forwarded_stop: false, has_sent_sighup: false }
    }

    /// Prepares for `signal`, which `init` is about to forward to the program.
    ///
    /// The next stop counts as the effect of a SIGTSTP only if the program does not block, catch or ignore it now:
    /// otherwise the stop has another cause. Without `/proc`, a SIGTSTP that was sent to `init` counts as a key.
    /// [`Self::expected_stop_is_late`] deals with a program that takes the signal by `sigwait`, which unblocks it while
    /// it waits (`do_sigtimedwait` in the kernel's `kernel/signal.c`).
    pub fn before_forwarding(&mut self, signal: c_int, program: Pid) {
        match signal {
            libc::SIGTSTP => self.expects_forwarded_stop = stops_by_sigtstp(program).unwrap_or(false),
            libc::SIGCONT => self.program_continued(),
            _ => {}
        }
    }

    /// Call this if the expected stop has not come for some time. If the program sleeps, it has taken the signal
    /// itself: a signal that is still to be acted on would have woken it.
    pub fn expected_stop_is_late(&mut self, program: Pid) {
        let state = Proc::open().and_then(|proc| proc.stat(program, field::STATE));
        self.expects_forwarded_stop = state.is_ok_and(|state| state != ASLEEP);
    }

    /// Call this if the program was continued: a forwarded stop is over.
    pub fn program_continued(&mut self) {
        self.expects_forwarded_stop = false;
    }

    /// Call this if `signal` has stopped the program. Under a shell, `init` stops too, and this returns when `init` is
    /// continued.
    pub fn program_stopped(&mut self, program: &Program, signal: c_int) {
        let response = self.respond(program, signal);
        // If the program has ended by now, it needs neither signal. If they are refused, nothing else is left to try.
        if matches!(response, Response::HangUp) {
            _ = program.signal(libc::SIGHUP, Recipient::Group);
        }
        if !matches!(response, Response::LeaveStopped) {
            _ = program.signal(libc::SIGCONT, Recipient::Group);
        }
    }

    /// Decides by the lists at the head of this file. Under a shell, stops `init`, and returns when it is continued.
    fn respond(&mut self, program: &Program, signal: c_int) -> Response {
        if mem::take(&mut self.expects_forwarded_stop) {
            // The signal was sent to `init` alone, not to the group of `init`.
            return self.stop_along(program, getpid()).unwrap_or(Response::LeaveStopped);
        }
        if !self.terminal.exists() {
            return Response::LeaveStopped;
        }
        let is_in_background = matches!(signal, libc::SIGTTIN | libc::SIGTTOU);
        // The shell may have moved us to the foreground without stopping us first.
        if is_in_background && self.give_terminal_to(program) {
            return Response::Continue;
        }
        if let Some(response) = self.stop_along(program, OWN_GROUP) {
            return response;
        }
        if signal == libc::SIGTSTP {
            return Response::Continue;
        }
        if is_in_background && !self.terminal.is_foreground(program.group) && !self.has_sent_sighup {
            self.has_sent_sighup = true;
            return Response::HangUp;
        }
        Response::LeaveStopped
    }

    /// Stops `target`, which is this process or its group. When a shell continues it, gives the terminal back to the
    /// program if the shell has put `init` into the foreground. Returns `None` immediately if the kernel does not stop
    /// it, because nobody could continue it.
    fn stop_along(&self, program: &Program, target: Pid) -> Option<Response> {
        if getpid() == 1 {
            return None; // SIGTSTP does not stop it, and its group may have members outside of our PID namespace
        }
        // Before: no SIGTTIN, SIGTTOU or SIGCONT may be pending. The loop takes the first two, and SIGTSTP discards a
        // SIGCONT (`prepare_signal` in the kernel's `kernel/signal.c`). After: one of them is pending only if we were
        // stopped. Only `kill` can be refused here. Then nothing stops.
        while signal::wait_for(BACKGROUND_SIGNALS, Some(&Time::ZERO)).is_ok() {}
        _ = kill(target, libc::SIGTSTP);
        _ = signal::set_mask(SignalSet::ALL.without(libc::SIGTSTP)); // the process stops here
        _ = signal::set_mask(SignalSet::ALL);
        // Another member of our group may have read from the terminal again by now. The SIGTTIN that this causes
        // discards our SIGCONT, so either of them proves that we were stopped.
        signal::wait_for(BACKGROUND_SIGNALS.with(libc::SIGCONT), Some(&Time::ZERO)).ok()?;
        self.give_terminal_to(program);
        Some(Response::Continue)
    }

    /// Puts the process group of the program into the foreground if the group of `init` is there. Returns whether it
    /// did.
    fn give_terminal_to(&self, program: &Program) -> bool {
        program.leads_group && self.terminal.replace_foreground(self.terminal.own_group, program.group)
    }
}

/// Whether SIGTSTP stops a process immediately: the process does not block, ignore or catch it, and is not stopped
/// already. In a stopped process the signal stays pending, and the SIGCONT that continues the process discards it.
fn stops_by_sigtstp(pid: Pid) -> Result<bool, Errno> {
    let proc = Proc::open()?;
    if proc.stat(pid, field::STATE)? == STOPPED {
        return Ok(false);
    }
    for handled in [field::BLOCKED, field::IGNORED, field::CAUGHT] {
        if contains(proc.stat(pid, handled)?, libc::SIGTSTP) {
            return Ok(false);
        }
    }
    Ok(true)
}
