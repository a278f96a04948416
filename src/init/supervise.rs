//! The loop that `init` spends its life in: reap a child, decide whether to exit, take a signal.

use super::grace_period::{self, Shutdown};
use super::job_control::{BACKGROUND_SIGNALS, Response, Terminal};
use super::log;
use super::options::{Level, Options};
use super::signal_names::name_of;
use super::spawn::Program;
use crate::sys::Errno;
use crate::sys::process::{Pid, getpid, wait4};
use crate::sys::signal::{Signal, SignalSet, wait_for};
use crate::sys::time::Time;
use core::ffi::c_int;

/// How long to wait before the next look at something of which nobody tells us.
const BETWEEN_LOOKS: Time = Time { seconds: 0, nanoseconds: 50_000_000 };

/// Signals that the terminal sends to a process group: SIGTTIN, SIGTTOU, those of its keys, and SIGWINCH.
const TERMINAL_SIGNALS: SignalSet =
    BACKGROUND_SIGNALS.with(libc::SIGINT).with(libc::SIGQUIT).with(libc::SIGTSTP).with(libc::SIGWINCH);

/// The program, and what is known of it.
pub struct Supervisor<'a> {
    options: &'a Options,
    terminal: Terminal,
    program: Program,
    state: State,
    shutdown: Shutdown,
    /// Whether a signal that could not be forwarded has been reported: once is enough.
    has_reported_refusal: bool,
}

enum State {
    /// The program runs, or is stopped.
    Running,
    /// It has ended with this status. Those that it left behind have the grace period, if there is one.
    Ended(u8),
}

/// What the wait for a child has found.
#[derive(Clone, Copy)]
enum Children {
    /// The state of one of them has changed. There may be more.
    OneChanged,
    /// There are children, none of them changed.
    NoneChanged,
    /// There are none.
    None,
}

impl<'a> Supervisor<'a> {
    /// Begins to supervise a program that was started just now.
    pub fn new(options: &'a Options, terminal: Terminal, program: Program) -> Self {
        Self {
            options,
            terminal,
            program,
            state: State::Running,
            shutdown: Shutdown::NONE,
            has_reported_refusal: false,
        }
    }

    /// Supervises the program, and returns the status to exit with.
    pub fn run(&mut self) -> c_int {
        loop {
            if let Err(status) = self.turn() {
                return status;
            }
        }
    }

    /// Handles at most one child and one signal, so that a storm of either does not delay the other.
    ///
    /// # Errors
    /// The status to exit with.
    fn turn(&mut self) -> Result<(), c_int> {
        let children = self.reap_one_child()?;
        self.look_at_timer();
        self.decide_to_exit(children)?;
        self.take_one_signal(children)
    }

    /// Looks for one child whose state has changed, and handles it.
    ///
    /// # Errors
    /// The status to exit with, if the kernel refuses.
    fn reap_one_child(&mut self) -> Result<Children, c_int> {
        let mut status = 0;
        // `__WALL` includes children that were cloned to send another signal than SIGCHLD.
        match wait4(Some(&mut status), libc::WNOHANG | libc::WUNTRACED | libc::WCONTINUED | libc::__WALL) {
            Ok(0) => Ok(Children::NoneChanged),
            Ok(pid) => {
                self.child_changed(pid, WaitStatus(status));
                Ok(Children::OneChanged)
            }
            // The program is our child until it is reaped.
            Err(error) if matches!(self.state, State::Running) => Err(log::failure(b"cannot wait", error)),
            Err(_) => Ok(Children::None), // ECHILD: the call was allowed before
        }
    }

    /// Decides whether it is time to exit.
    ///
    /// # Errors
    /// The status to exit with.
    fn decide_to_exit(&self, children: Children) -> Result<(), c_int> {
        let State::Ended(status) = self.state else {
            return Ok(());
        };
        let is_anybody_left = !matches!(children, Children::None) || grace_period::others_remain();
        match self.options.grace_period.is_some() && !self.shutdown.is_time_over && is_anybody_left {
            true => Ok(()),
            false => Err(self.options.status(status)),
        }
    }

    /// Waits for a signal, and acts on it.
    ///
    /// # Errors
    /// The status to exit with, if the kernel refuses.
    fn take_one_signal(&mut self, children: Children) -> Result<(), c_int> {
        let (set, limit) = match children {
            // The smallest signal comes first, so SIGCHLD would delay some. The next turn looks for a child anyway.
            Children::OneChanged => (SignalSet::ALL.without(libc::SIGCHLD), Some(Time::ZERO)),
            Children::NoneChanged if !self.terminal.expects_stop() => (SignalSet::ALL, None),
            // For the end of processes that are no children of ours, or for a stop that may never come.
            Children::NoneChanged | Children::None => (SignalSet::ALL, Some(BETWEEN_LOOKS)),
        };
        match wait_for(set, limit.as_ref()) {
            Ok(signal) => self.handle(&signal),
            Err(Errno::EAGAIN) if limit.is_some() => {
                // None in that time. A child that has changed may be the program that has stopped.
                if matches!(children, Children::NoneChanged) {
                    self.terminal.stop_is_late(self.program.pid);
                }
            }
            Err(Errno::EINTR) => {} // after a stop and a continue, a freeze, or a debugger's visit
            Err(error) => return Err(log::failure(b"cannot wait", error)),
        }
        Ok(())
    }

    /// In the grace period, takes the timer's signal if it is there: in a storm of smaller signals it would never be taken.
    fn look_at_timer(&mut self) {
        if matches!(self.state, State::Ended(_))
            && self.options.grace_period.is_some()
            && let Ok(signal) = wait_for(SignalSet::of([libc::SIGALRM]), Some(&Time::ZERO))
        {
            self.handle(&signal);
        }
    }

    /// Acts on a signal that was taken.
    fn handle(&mut self, signal: &Signal) {
        if self.is_meant_for_init(signal) {
            return;
        }
        if matches!(self.state, State::Ended(_)) && signal.number == libc::SIGALRM && signal.code == libc::SI_KERNEL {
            self.shutdown.is_time_over = true;
            return;
        }
        let Some(sent) = self.options.forwarded_for(signal.number) else {
            return;
        };
        if self.options.says(Level::Info) {
            log::line(b"forwarding signal ", b"", Some(sent));
        }
        match self.state {
            State::Running => self.send_to_program(signal.number, sent),
            State::Ended(_) if sent == libc::SIGTERM => self.shutdown.ask(),
            State::Ended(_) => grace_period::signal_everybody(sent),
        }
    }

    /// Whether a signal says nothing to the program, or the program has it already.
    fn is_meant_for_init(&self, signal: &Signal) -> bool {
        // The terminal sends signals to our process group. The program is in it, or the signal is not about the program. A
        // key must not stop those that are left in the grace period: nobody would continue them.
        let of_terminal = match (&self.state, self.program.leads_group) {
            (_, false) => TERMINAL_SIGNALS,
            (State::Running, true) => BACKGROUND_SIGNALS,
            (State::Ended(_), true) => BACKGROUND_SIGNALS.with(libc::SIGTSTP),
        };
        signal.number == libc::SIGCHLD
            || match signal.code {
                libc::SI_KERNEL => of_terminal.contains(signal.number),
                libc::SI_USER => signal.pid == getpid(), // SIGPIPE: nobody reads our messages
                _ => false,
            }
    }

    /// Sends the program, or its process group, the signal `sent` for the one that was `received`.
    fn send_to_program(&mut self, received: c_int, sent: c_int) {
        let whole_group = self.signals_group();
        self.terminal.note_forwarded(sent, self.program.pid);
        self.shutdown.note_forwarded(received, sent, if whole_group { self.program.group } else { 0 });
        let result = self.program.signal(sent, whole_group);
        // We stay: the signal may have meant something else than to end, and if we were to exit, the kernel would kill a
        // program that could not even be asked.
        if let Err(error) = result
            && !self.has_reported_refusal
        {
            self.has_reported_refusal = true;
            log::failure(b"cannot forward a signal", error);
        }
    }

    /// Acts on a child, adopted or not, that has ended, was stopped or was continued.
    fn child_changed(&mut self, pid: Pid, status: WaitStatus) {
        let is_program = pid == self.program.pid && matches!(self.state, State::Running);
        if status.is_continued() {
            if is_program {
                self.terminal.program_continued();
            }
            return;
        }
        match (status.stopped_by(), is_program) {
            (Some(signal), true) => self.program_stopped(signal),
            (None, true) => self.program_ended(&status),
            (Some(_), false) => {}
            (None, false) => {
                let level = if self.options.warns_of_reaping { Level::Warning } else { Level::Debug };
                if self.options.says(level) {
                    log::line(b"Reaped zombie process with pid=", b"", Some(pid));
                }
            }
        }
    }

    /// Acts on a stop of the program.
    fn program_stopped(&mut self, signal: c_int) {
        let response = self.terminal.program_stopped(&self.program, signal);
        // A program that is gone by now needs neither. A refusal leaves it stopped, as the kernel wants it.
        if matches!(response, Response::HangUp) {
            _ = self.program.signal(libc::SIGHUP, true);
        }
        if !matches!(response, Response::LeaveStopped) {
            _ = self.program.signal(libc::SIGCONT, true);
        }
    }

    /// Whether signals are forwarded to the program's process group: if it has its own, and that was asked for.
    fn signals_group(&self) -> bool {
        self.options.signals_group && self.program.leads_group
    }

    /// Acts on the end of the program.
    fn program_ended(&mut self, status: &WaitStatus) {
        if self.options.says(Level::Info) {
            report_end(status);
        }
        self.state = State::Ended(status.code());
        let Program { group, leads_group, .. } = self.program;
        let is_reached = self.terminal.reaches(group);
        if leads_group {
            self.terminal.hand_over(group, self.terminal.own_group);
        }
        if let Some(seconds) = self.options.grace_period {
            self.shutdown.note_end(status.ended_by().unwrap_or(0), group, self.signals_group(), is_reached);
            self.shutdown.begin(seconds);
        }
    }
}

/// Says what ended the program, unless it exited with 0.
fn report_end(status: &WaitStatus) {
    match (status.ended_by(), status.code()) {
        (None, 0) => {}
        (None, code) => log::line(b"program exited with status ", b"", Some(code.into())),
        (Some(signal), _) => match name_of(signal) {
            Some(name) => log::line(b"program ended by SIG", name, None),
            None => log::line(b"program ended by signal ", b"", Some(signal)),
        },
    }
}

/// What has happened to a child, as `man 2 wait4` encodes it.
struct WaitStatus(c_int);

impl WaitStatus {
    /// Whether it was continued.
    fn is_continued(&self) -> bool {
        self.0 == 0xffff
    }

    /// The signal that stopped it, if it has not ended.
    fn stopped_by(&self) -> Option<c_int> {
        (self.0 & 0x7f == 0x7f).then_some(self.0 >> 8 & 0x7f)
    }

    /// The signal that ended it.
    fn ended_by(&self) -> Option<c_int> {
        Some(self.0 & 0x7f).filter(|signal| *signal != 0)
    }

    /// The status as a shell has it: 128 and the number of a signal that ended it.
    fn code(&self) -> u8 {
        self.ended_by().map_or((self.0 >> 8) as u8, |signal| 128 | signal as u8)
    }
}
