//! The loop that `init` spends its life in: reap one child, decide whether to exit, take one signal.

use super::grace_period::{self, ProgramEnd, Shutdown};
use super::job_control::{BACKGROUND_SIGNALS, JobControl};
use super::log;
use super::options::{Level, Options};
use super::spawn::{Program, Recipient};
use super::terminal::Terminal;
use crate::sys::Errno;
use crate::sys::process::{Change, ExitStatus, Pid, WaitStatus, getpid, wait4};
use crate::sys::signal::{Signal, SignalSet, wait_for};
use crate::sys::time::Time;
use core::ffi::c_int;

/// The time between two looks at something that no signal announces: the end of processes that are not our children, or
/// a stop that may never come.
const BETWEEN_LOOKS: Time = Time { seconds: 0, nanoseconds: 50_000_000 };

/// The signals that a terminal sends to a process group: SIGTTIN, SIGTTOU, those of its keys, and SIGWINCH.
const TERMINAL_SIGNALS: SignalSet =
    BACKGROUND_SIGNALS.with(libc::SIGINT).with(libc::SIGQUIT).with(libc::SIGTSTP).with(libc::SIGWINCH);

/// The program, and everything that `init` remembers while it supervises it.
pub struct Supervisor<'a> {
    options: &'a Options,
    job_control: JobControl,
    program: Program,
    state: State,
    shutdown: Shutdown,
    /// Whether `init` has reported that a signal could not be forwarded. It reports this once.
    has_reported_refusal: bool,
}

/// What the program does.
enum State {
    /// It runs or is stopped.
    Running,
    /// It has ended with this status. If there is a grace period, the processes that it left behind have it now.
    Ended(u8),
}

/// The result of one look at the children.
#[derive(Clone, Copy)]
enum Children {
    /// One of them has changed its state. More of them may have.
    OneChanged,
    /// There are children, and none of them has changed.
    NoneChanged,
    /// There are no children.
    None,
}

impl<'a> Supervisor<'a> {
    /// Begins to supervise a program that has just been started.
    pub fn new(options: &'a Options, terminal: Terminal, program: Program) -> Self {
        Self {
            options,
            job_control: JobControl::new(terminal),
            program,
            state: State::Running,
            shutdown: Shutdown::NONE,
            has_reported_refusal: false,
        }
    }

    /// Supervises the program until it is time to exit. Returns the status to exit with.
    pub fn run(&mut self) -> c_int {
        loop {
            if let Err(status) = self.turn() {
                return status;
            }
        }
    }

    /// Handles at most one child and one signal, so that a storm of one kind does not delay the other.
    ///
    /// # Errors
    /// The status to exit with.
    fn turn(&mut self) -> Result<(), c_int> {
        let children = self.reap_one_child()?;
        self.check_timer();
        self.decide_to_exit(children)?;
        self.take_one_signal(children)
    }

    /// Looks for one child that has changed its state, and handles the change.
    ///
    /// # Errors
    /// The status to exit with, if the kernel refuses to wait.
    fn reap_one_child(&mut self) -> Result<Children, c_int> {
        let mut status = WaitStatus::default();
        match wait4(Some(&mut status), libc::WNOHANG | libc::WUNTRACED | libc::WCONTINUED) {
            Ok(0) => Ok(Children::NoneChanged),
            Ok(pid) => {
                self.child_changed(pid, status.change());
                Ok(Children::OneChanged)
            }
            // The program is our child until it is reaped, so this is not ECHILD.
            Err(error) if matches!(self.state, State::Running) => Err(log::failure(b"cannot wait", error)),
            Err(_) => Ok(Children::None), // ECHILD, since the call worked before
        }
    }

    /// Decides whether to exit now.
    ///
    /// # Errors
    /// The status to exit with.
    fn decide_to_exit(&self, children: Children) -> Result<(), c_int> {
        let State::Ended(status) = self.state else {
            return Ok(());
        };
        let is_anybody_left = !matches!(children, Children::None) || grace_period::others_remain();
        if self.options.grace_period.is_some() && !self.shutdown.is_time_over && is_anybody_left {
            return Ok(());
        }
        Err(self.options.status(status))
    }

    /// Waits for one signal, and acts on it.
    ///
    /// # Errors
    /// The status to exit with, if the kernel refuses to wait.
    fn take_one_signal(&mut self, children: Children) -> Result<(), c_int> {
        let (set, limit) = match children {
            // The kernel delivers the smallest signal first, so SIGCHLD would delay greater ones. The next turn looks
            // for a child anyway.
            Children::OneChanged => (SignalSet::ALL.without(libc::SIGCHLD), Some(Time::ZERO)),
            Children::NoneChanged if !self.job_control.expects_stop() => (SignalSet::ALL, None),
            Children::NoneChanged | Children::None => (SignalSet::ALL, Some(BETWEEN_LOOKS)),
        };
        match wait_for(set, limit.as_ref()) {
            Ok(signal) => self.handle(&signal),
            Err(Errno::EAGAIN) if limit.is_some() => {
                // No signal in that time. If a child has changed, it may be the program that has stopped.
                if matches!(children, Children::NoneChanged) {
                    self.job_control.stop_is_late(self.program.pid);
                }
            }
            Err(Errno::EINTR) => {} // after a stop and a continue, a freeze, or an interruption by a debugger
            Err(error) => return Err(log::failure(b"cannot wait", error)),
        }
        Ok(())
    }

    /// Takes the timer's signal if the grace period is over. In a storm of smaller signals, [`Self::take_one_signal`]
    /// would never take it.
    fn check_timer(&mut self) {
        if matches!(self.state, State::Ended(_))
            && self.options.grace_period.is_some()
            && let Ok(signal) = wait_for(SignalSet::of([libc::SIGALRM]), Some(&Time::ZERO))
        {
            self.handle(&signal);
        }
    }

    /// Acts on a signal that `init` has taken.
    fn handle(&mut self, signal: &Signal) {
        if self.is_for_init_alone(signal) {
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
            log::number(b"forwarding signal ", sent);
        }
        match self.state {
            State::Running => self.forward(signal.number, sent),
            State::Ended(_) if sent == libc::SIGTERM => self.shutdown.ask(),
            State::Ended(_) => grace_period::signal_everybody(sent),
        }
    }

    /// Whether a signal is not for the program, or the program has received it already.
    fn is_for_init_alone(&self, signal: &Signal) -> bool {
        // The terminal sends signals to our process group. Either the program is in that group, or the signal is not
        // about the program. In the grace period a key must not stop the remaining processes: nobody would continue
        // them.
        let of_terminal = match (&self.state, self.program.leads_group) {
            (_, false) => TERMINAL_SIGNALS,
            (State::Running, true) => BACKGROUND_SIGNALS,
            (State::Ended(_), true) => BACKGROUND_SIGNALS.with(libc::SIGTSTP),
        };
        signal.number == libc::SIGCHLD
            || match signal.code {
                libc::SI_KERNEL => of_terminal.contains(signal.number),
                libc::SI_USER => signal.pid == getpid(), // SIGPIPE, because nobody reads our messages
                _ => false,
            }
    }

    /// Sends the program, or its process group, the signal `sent` because `init` has received `received`.
    fn forward(&mut self, received: c_int, sent: c_int) {
        let recipient = self.recipient();
        self.job_control.before_forwarding(sent, self.program.pid);
        let group = if matches!(recipient, Recipient::Group) { self.program.group } else { 0 };
        self.shutdown.before_forwarding(received, sent, group);
        // After a refusal `init` stays: the signal may not have been a request to end, and if `init` exited, the kernel
        // would kill a program that was not even asked to end.
        if let Err(error) = self.program.signal(sent, recipient)
            && !self.has_reported_refusal
        {
            self.has_reported_refusal = true;
            log::failure(b"cannot forward a signal", error);
        }
    }

    /// Who gets the signals that `init` forwards.
    fn recipient(&self) -> Recipient {
        if self.options.signals_group && self.program.leads_group { Recipient::Group } else { Recipient::Program }
    }

    /// Acts on a child, adopted or not, that has ended, was stopped or was continued.
    fn child_changed(&mut self, pid: Pid, change: Change) {
        let is_program = pid == self.program.pid && matches!(self.state, State::Running);
        match change {
            Change::Ended(status) if is_program => self.program_ended(status),
            Change::Stopped(signal) if is_program => self.job_control.program_stopped(&self.program, signal),
            Change::Continued if is_program => self.job_control.program_continued(),
            Change::Stopped(_) | Change::Continued => {}
            Change::Ended(_) => {
                let level = if self.options.warns_of_reaping { Level::Warning } else { Level::Debug };
                if self.options.says(level) {
                    log::number(b"Reaped zombie process with pid=", pid);
                }
            }
        }
    }

    /// Acts on the end of the program.
    fn program_ended(&mut self, status: ExitStatus) {
        if self.options.says(Level::Info) {
            log::program_end(status);
        }
        self.state = State::Ended(status.shell_status());
        let terminal = &self.job_control.terminal;
        let Program { group, leads_group, .. } = self.program;
        let is_in_foreground = terminal.reaches(group);
        if leads_group {
            terminal.hand_over(group, terminal.own_group);
        }
        if let Some(seconds) = self.options.grace_period {
            let gets_forwarded_signals = matches!(self.recipient(), Recipient::Group);
            let signal = status.signal().unwrap_or(0);
            self.shutdown.program_ended(ProgramEnd { signal, group, gets_forwarded_signals, is_in_foreground });
            self.shutdown.begin(seconds);
        }
    }
}
