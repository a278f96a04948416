//! The terminal: puts the program into its foreground, and lets a stop of the program mean what it would mean without
//! `init`.
//!
//! The program leads a process group of its own, so the keys of the terminal reach the program and not `init`. A shell
//! with job control above `init` knows `init` alone: it has to see `init` stop when the program stops, and it continues
//! `init`. Where no such shell is above, nobody could continue what a key has stopped: `init` is process 1, or its process
//! group is orphaned (`man 2 setpgid`). Without `init` the kernel would not stop the program then. What `init` cannot undo is
//! a stop of other members of the program's group, of which it is not told.
//!
//! | the program is stopped by | a shell is above | nobody is above |
//! | ------------------------- | ---------------- | --------------- |
//! | SIGTSTP: a key, itself, or another process | `init` stops; `fg` and `bg` continue both | continued at once |
//! | SIGTTIN or SIGTTOU, as it is in the background | the same, unless the shell has put `init` into the foreground: then the program gets the terminal and is continued | hung up once (SIGHUP, SIGCONT), as the kernel does it with stopped orphaned groups |
//! | SIGTSTP that was sent to `init` and forwarded | `init` stops, not its group; SIGCONT to `init` continues both | stays stopped until SIGCONT is sent to `init` |
//! | SIGSTOP: itself or another process | as by SIGTSTP | stays stopped until somebody sends SIGCONT |
//!
//! Without a controlling terminal the program stays stopped, until somebody sends SIGCONT to it or to `init`.

use super::log;
use super::proc::{Proc, field};
use super::spawn::{FIRST_DESCRIPTOR, Program};
use crate::sys::process::{OWN_GROUP, Pid, getpid, kill};
use crate::sys::signal::{self, SignalSet};
use crate::sys::time::Time;
use crate::sys::{Errno, file, terminal};
use core::ffi::c_int;
use core::mem;

/// Signals by which the terminal stops a process group in the background.
pub const BACKGROUND_SIGNALS: SignalSet = SignalSet::of([libc::SIGTTIN, libc::SIGTTOU]);

/// What failed, for a message.
pub const CANNOT_USE: &[u8] = b"cannot use the terminal";

/// The descriptor of no file.
const NO_DESCRIPTOR: c_int = -1;

/// The controlling terminal, and what is known of stops.
pub struct Terminal {
    /// Where it is open; [`NO_DESCRIPTOR`] if there is no controlling terminal.
    descriptor: c_int,
    /// The process group of `init`; 0 if its leader is outside of our PID namespace.
    pub own_group: Pid,
    /// Whether the program's next stop is the effect of a SIGTSTP that was sent to `init`.
    is_stop_forwarded: bool,
    has_hung_up: bool,
}

/// What `init` does about a program that has stopped.
pub enum Response {
    /// Nothing: whoever stopped it has to continue it.
    LeaveStopped,
    /// Continue it.
    Continue,
    /// Tell it that the terminal is lost to it, and continue it.
    HangUp,
}

impl Terminal {
    /// What there is without a controlling terminal.
    pub const NONE: Self =
        Self { descriptor: NO_DESCRIPTOR, own_group: 0, is_stop_forwarded: false, has_hung_up: false };

    /// Finds the controlling terminal: as standard input, or by `/dev/tty`.
    ///
    /// # Errors
    /// There is one, but the kernel refuses to tell its foreground. Then the program has to share the process group of
    /// `init`: in another one it would be in the background, and could not read.
    pub fn find() -> Result<Self, Errno> {
        let descriptor = open()?;
        let own_group = match terminal::process_group(0) {
            Err(_) if descriptor == NO_DESCRIPTOR => 0, // it does not matter then
            result => result?,
        };
        Ok(Self { descriptor, own_group, ..Self::NONE })
    }

    /// Finds out whether the foreground can be changed, before the program is started.
    ///
    /// # Errors
    /// It cannot, with the same consequence.
    pub fn probe(&self) -> Result<(), Errno> {
        if self.foreground() == Ok(self.own_group) {
            terminal::set_foreground(self.descriptor, self.own_group)?; // changes nothing
        }
        Ok(())
    }

    /// Puts the process group `to` into the foreground if `from` is there. Returns whether it did.
    pub fn hand_over(&self, from: Pid, to: Pid) -> bool {
        if self.foreground() != Ok(from) {
            return false;
        }
        let result = terminal::set_foreground(self.descriptor, to);
        if let Err(error) = result {
            log::failure(CANNOT_USE, error);
        }
        result.is_ok()
    }

    /// Whether a key of the terminal reaches a process group: it is in the foreground. True too if the terminal was hung up,
    /// which the group was told by SIGHUP.
    pub fn reaches(&self, group: Pid) -> bool {
        self.exists() && self.foreground().unwrap_or(group) == group
    }

    /// To be called before `signal`, which was sent to `init`, is sent to the program.
    ///
    /// SIGTSTP stops the program now or never, as it has the default action or not. So a program that catches or ignores
    /// it leaves nothing to remember: a stop that follows has another cause. Without `/proc` nothing is remembered: then a
    /// SIGTSTP that is sent to `init` counts as a key. A program that takes the signal by `sigwait` looks like one that is
    /// stopped by it (`do_sigtimedwait` in the kernel unblocks what it waits for): see [`Self::stop_is_late`].
    pub fn note_forwarded(&mut self, signal: c_int, program: Pid) {
        match signal {
            libc::SIGTSTP => self.is_stop_forwarded = stops_by_sigtstp(program).unwrap_or(false),
            libc::SIGCONT => self.program_continued(),
            _ => {}
        }
    }

    /// Whether the program's stop is still to come.
    pub fn expects_stop(&self) -> bool {
        self.is_stop_forwarded
    }

    /// To be called when the stop that is expected has not come for some time. A program that sleeps has taken the signal
    /// itself: otherwise the signal would have woken it.
    pub fn stop_is_late(&mut self, program: Pid) {
        let state = Proc::open().and_then(|proc| proc.stat(program, field::STATE));
        self.is_stop_forwarded = state.is_ok_and(|state| state != c_int::from(b'S'));
    }

    /// To be called when the program was continued: a stop that was forwarded is over.
    pub fn program_continued(&mut self) {
        self.is_stop_forwarded = false;
    }

    /// To be called when the program was stopped by `signal`. If a shell above waits for that, `init` stops as well, and
    /// this returns when it is continued.
    pub fn program_stopped(&mut self, program: &Program, signal: c_int) -> Response {
        if mem::take(&mut self.is_stop_forwarded) {
            // Its sender meant `init` alone, not the group of `init`.
            return self.stop_along(program, getpid()).unwrap_or(Response::LeaveStopped);
        }
        if !self.exists() {
            return Response::LeaveStopped;
        }
        let is_in_background = matches!(signal, libc::SIGTTIN | libc::SIGTTOU);
        // The shell may have put us into the foreground without a stop before.
        if is_in_background && self.give_to(program) {
            return Response::Continue;
        }
        if let Some(response) = self.stop_along(program, OWN_GROUP) {
            return response;
        }
        if signal == libc::SIGTSTP {
            return Response::Continue;
        }
        if is_in_background && !self.reaches(program.group) && !mem::replace(&mut self.has_hung_up, true) {
            return Response::HangUp;
        }
        Response::LeaveStopped
    }

    /// Stops `target`, this process or its group. When it is continued, so is the program, in the foreground if the shell
    /// put `init` there. Returns `None` at once if the kernel does not stop it, since nobody could continue it.
    fn stop_along(&self, program: &Program, target: Pid) -> Option<Response> {
        if getpid() == 1 {
            return None; // process 1 is never stopped, and its group may have members outside of our PID namespace
        }
        // All of these were allowed before, except perhaps `kill`: then nothing is stopped, which the last call tells. A
        // SIGCONT that was pending is discarded by the SIGTSTP (`prepare_signal` in the kernel's `kernel/signal.c`).
        while signal::wait_for(BACKGROUND_SIGNALS, Some(&Time::ZERO)).is_ok() {}
        _ = kill(target, libc::SIGTSTP);
        _ = signal::set_mask(SignalSet::ALL.without(libc::SIGTSTP)); // here it takes effect
        _ = signal::set_mask(SignalSet::ALL);
        // Another member of our group may have read the terminal again by now. The SIGTTIN that this causes has discarded
        // our SIGCONT, so either of them proves that we were stopped.
        signal::wait_for(BACKGROUND_SIGNALS.with(libc::SIGCONT), Some(&Time::ZERO)).ok()?;
        self.give_to(program);
        Some(Response::Continue)
    }

    /// Puts the process group of the program into the foreground if that of `init` is there. Returns whether it did.
    fn give_to(&self, program: &Program) -> bool {
        program.leads_group && self.hand_over(self.own_group, program.group)
    }

    /// The process group in the foreground.
    fn foreground(&self) -> Result<Pid, Errno> {
        terminal::foreground(self.descriptor)
    }

    fn exists(&self) -> bool {
        self.descriptor != NO_DESCRIPTOR
    }
}

/// Whether SIGTSTP stops a process at once: it neither blocks, ignores nor catches the signal, and is not stopped already.
/// In the last case the signal waits, and the SIGCONT that continues the process discards it.
fn stops_by_sigtstp(pid: Pid) -> Result<bool, Errno> {
    let proc = Proc::open()?;
    if proc.stat(pid, field::STATE)? == c_int::from(b'T') {
        return Ok(false);
    }
    for handled in [field::BLOCKED, field::IGNORED, field::CAUGHT] {
        if proc.stat(pid, handled)? >> (libc::SIGTSTP - 1) & 1 != 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Opens the controlling terminal, unless standard input is it. [`NO_DESCRIPTOR`] if there is none, or it is not for us: a
/// shell without job control starts a background job in its own process group, with SIGINT and SIGQUIT ignored and without
/// the terminal as standard input.
///
/// # Errors
/// There is one, but the kernel refuses to tell its foreground.
fn open() -> Result<c_int, Errno> {
    let error = match terminal::foreground(libc::STDIN_FILENO) {
        Ok(_) => return Ok(libc::STDIN_FILENO),
        Err(error) => error,
    };
    if signal::is_ignored(libc::SIGINT) && signal::is_ignored(libc::SIGQUIT) {
        return Ok(NO_DESCRIPTOR);
    }
    let opened = match file::open(file::CURRENT_DIRECTORY, c"/dev/tty", libc::O_RDWR | libc::O_NOCTTY) {
        Ok(opened) => opened,
        // There is no controlling terminal, or no device node for it here.
        Err(Errno::ENXIO | Errno::ENOENT) => return Ok(NO_DESCRIPTOR),
        Err(_) if matches!(error, Errno::ENOTTY | Errno::EBADF) => return Ok(NO_DESCRIPTOR),
        Err(_) => return Err(error), // neither of the two can be asked
    };
    // A standard stream that was closed stays closed: otherwise our messages could go to the terminal.
    let copy = file::duplicate(opened, FIRST_DESCRIPTOR);
    _ = file::close(opened); // it is open, and the kernel closes it even if that reports an error
    let copy = copy?;
    terminal::foreground(copy)?; // in case of an error it stays open, which does no harm
    Ok(copy)
}
