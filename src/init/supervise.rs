//! The loop that `init` spends its life in: reap one child, decide whether to exit, take one signal.

use super::grace_period::{self, ProgramEnd, Shutdown};
use super::job_control::{BACKGROUND_SIGNALS, JobControl};
use super::kernel_reaping::KernelReaping;
use super::log;
use super::options::{Level, Options};
use super::spawn::{Program, Recipient};
use super::terminal::Terminal;
use crate::sys::Errno;
use crate::sys::process::{Change, ExitStatus, Pid, WaitStatus, getpid, kill, wait4};
use crate::sys::signal::{Signal, SignalSet, wait_for};
use crate::sys::time::Time;
use core::ffi::c_int;
use core::mem;
use core::ops::ControlFlow::{self, Break, Continue};

/// How long to wait before polling for what no signal announces: the end of processes that are not our children, and a
/// stop that may never come.
const POLL_INTERVAL: Time = Time { seconds: 0, nanoseconds: 50_000_000 };

/// How long `init` does not look for children after it has looked, if the kernel reaps: a storm of orphans would wake it
/// up for each of them.
const REST: Time = Time { seconds: 0, nanoseconds: 20_000_000 };

/// The signals that a terminal sends to a process group: SIGTTIN, SIGTTOU, those of its keys, and SIGWINCH. Not SIGHUP:
/// a hang-up sends it to the session leader alone (`tty_signal_session_leader` in the kernel), which may be `init`.
/// When the session leader exits, its foreground group gets SIGHUP too. A program in our group then gets it twice.
const TERMINAL_SIGNALS: SignalSet =
    BACKGROUND_SIGNALS.with(libc::SIGINT).with(libc::SIGQUIT).with(libc::SIGTSTP).with(libc::SIGWINCH);

/// The program, and everything that `init` remembers while it supervises it.
pub struct Supervisor<'a> {
    options: &'a Options,
    job_control: JobControl,
    program: Program,
    state: State,
    /// `None` if children are zombies until `init` reaps them.
    kernel_reaping: Option<KernelReaping>,
    /// Whether the last signal told of the end of a child, and the kernel reaps.
    is_resting: bool,
    shutdown: Shutdown,
    /// Whether `init` has reported that a signal could not be forwarded. It reports this once.
    has_reported_refusal: bool,
}

/// What the program does.
enum State {
    /// It runs or is stopped.
    Running,
    /// It has ended with this status. The grace period has begun, if there is one.
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
    NoneExist,
}

impl<'a> Supervisor<'a> {
    /// Begins to supervise a program that has just been started.
    pub fn new(options: &'a Options, terminal: Terminal, program: Program) -> Self {
        // Who wants to read of each reaped process needs them as zombies.
        let names_reaped = options.warns_of_reaping || options.writes(Level::Debug);
        Self {
            kernel_reaping: if names_reaped { None } else { KernelReaping::begin(program.pid) },
            is_resting: false,
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
            if let Break(status) = self.turn() {
                return status;
            }
        }
    }

    /// Handles at most one child, the signal of the timer and one other signal, so that a storm of one kind does not
    /// delay the others. Breaks with the status to exit with.
    fn turn(&mut self) -> ControlFlow<c_int> {
        let children = self.reap_one_child()?;
        self.check_timer();
        self.decide_to_exit(children)?;
        self.take_one_signal(children)
    }

    /// Looks for one child that has changed its state, and handles the change. Breaks if the kernel refuses to wait.
    fn reap_one_child(&mut self) -> ControlFlow<c_int, Children> {
        self.notice_end_of_program()?;
        let mut status = WaitStatus::default();
        match wait4(Some(&mut status), libc::WNOHANG | libc::WUNTRACED | libc::WCONTINUED) {
            Ok(0) if !self.has_ended_unnoticed() => Continue(Children::NoneChanged),
            Ok(pid) if pid != 0 => {
                self.child_changed(pid, status.change());
                Continue(Children::OneChanged)
            }
            Ok(_) | Err(Errno::ECHILD) if self.is_being_reaped() => Continue(Children::NoneExist), // look again soon
            result => {
                self.notice_end_of_program()?;
                match (&self.state, result) {
                    (State::Running, result) => {
                        Break(log::failure(b"cannot wait", result.err().unwrap_or(Errno::ECHILD)))
                    }
                    (State::Ended(_), Ok(_)) => Continue(Children::NoneChanged),
                    (State::Ended(_), Err(_)) => Continue(Children::NoneExist), // ECHILD, since the call worked before
                }
            }
        }
    }

    /// Whether the program has ended, and the kernel has not told how.
    fn has_ended_unnoticed(&self) -> bool {
        matches!(self.state, State::Running) && self.kernel_reaping.as_ref().is_some_and(KernelReaping::has_ended)
    }

    /// Whether the kernel may still be reaping the program. It sends SIGCHLD first, then it remembers the status, and then
    /// it gives up the process ID. On a busy machine, that takes longer than a rest.
    fn is_being_reaped(&self) -> bool {
        self.has_ended_unnoticed() && kill(self.program.pid, 0) != Err(Errno::ESRCH)
    }

    /// If the kernel has reaped the program, handles its end. Call this before anything that relies on its process ID,
    /// which may belong to another process afterwards.
    fn notice_end_of_program(&mut self) -> ControlFlow<c_int> {
        let (State::Running, Some(reaping)) = (&self.state, &self.kernel_reaping) else {
            return Continue(());
        };
        match reaping.program_status() {
            Ok(Some(status)) => self.child_changed(self.program.pid, status.change()),
            Ok(None) => {}
            Err(error) => return Break(log::failure(b"cannot wait", error)),
        }
        Continue(())
    }

    /// Breaks if it is time to exit.
    fn decide_to_exit(&self, children: Children) -> ControlFlow<c_int> {
        let State::Ended(status) = self.state else {
            return Continue(());
        };
        let is_anybody_left = !matches!(children, Children::NoneExist) || grace_period::others_remain();
        if self.options.grace_period.is_some() && !self.shutdown.is_time_over && is_anybody_left {
            return Continue(());
        }
        Break(self.options.status(status))
    }

    /// Waits for one signal, and acts on it. Breaks if the kernel refuses to wait.
    fn take_one_signal(&mut self, children: Children) -> ControlFlow<c_int> {
        let is_resting = mem::take(&mut self.is_resting);
        let (set, limit) = match children {
            // The kernel hands over the signal with the smallest number first, so SIGCHLD would delay others. The next
            // turn looks for a child anyway.
            Children::OneChanged => (SignalSet::ALL.without(libc::SIGCHLD), Some(Time::ZERO)),
            _ if is_resting => (SignalSet::ALL.without(libc::SIGCHLD), Some(REST)),
            Children::NoneChanged if !self.job_control.expects_forwarded_stop => (SignalSet::ALL, None),
            Children::NoneChanged | Children::NoneExist => (SignalSet::ALL, Some(POLL_INTERVAL)),
        };
        match wait_for(set, limit.as_ref()) {
            Ok(signal) => {
                // After a stop or a continuation the next one may follow at once, and shells wait for it.
                let tells_of_end = signal.number == libc::SIGCHLD && signal.code <= libc::CLD_DUMPED;
                self.is_resting = tells_of_end && self.kernel_reaping.is_some();
                self.notice_end_of_program()?;
                self.handle(&signal);
            }
            Err(Errno::EAGAIN) if is_resting => {}
            Err(Errno::EAGAIN) if limit.is_some() => match children {
                Children::NoneChanged => self.job_control.expected_stop_is_late(self.program.pid),
                // After `OneChanged` other children may have changed too, and the next turn looks for them first.
                Children::OneChanged | Children::NoneExist => {}
            },
            Err(Errno::EINTR) => {} // after a stop and a continue, a freeze, or an interruption by a debugger
            Err(error) => return Break(log::failure(b"cannot wait", error)),
        }
        Continue(())
    }

    /// Takes the signal of the timer, if it is pending. While signals with smaller numbers keep coming,
    /// [`Self::take_one_signal`] does not take it.
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
        if self.stays_here(signal) {
            return;
        }
        // The signal of an alarm that `init` has inherited looks the same.
        if matches!(self.state, State::Ended(_)) && signal.number == libc::SIGALRM && signal.code == libc::SI_KERNEL {
            self.shutdown.is_time_over = true;
            return;
        }
        let Some(sent) = self.options.rewritten(signal.number) else {
            return;
        };
        if self.options.writes(Level::Info) {
            log::number(b"forwarding signal ", sent);
        }
        match self.state {
            State::Running => self.forward(signal, sent),
            State::Ended(_) if sent == libc::SIGTERM => self.shutdown.ask(),
            State::Ended(_) => grace_period::signal_everybody(sent),
        }
    }

    /// Whether `init` must not forward a signal: it concerns `init` alone, or the program has received it already.
    fn stays_here(&self, signal: &Signal) -> bool {
        // The terminal signals our whole process group. A program in that group has received the signal. One in a group
        // of its own has not, but SIGTTIN and SIGTTOU are about the use of the terminal by our group. When the program
        // has ended, SIGTSTP would stop processes that nobody would continue. If it shared our group, a key reaches
        // only that group then.
        let from_terminal = match (&self.state, self.program.leads_group) {
            (_, false) => TERMINAL_SIGNALS,
            (State::Running, true) => BACKGROUND_SIGNALS,
            (State::Ended(_), true) => BACKGROUND_SIGNALS.with(libc::SIGTSTP),
        };
        signal.number == libc::SIGCHLD
            || match signal.code {
                libc::SI_KERNEL => from_terminal.contains(signal.number),
                libc::SI_USER => signal.pid == getpid(), // the SIGPIPE of a message that nobody reads
                _ => false,
            }
    }

    /// Sends the program, or its process group, the signal `sent` because `init` has received `received`.
    fn forward(&mut self, received: &Signal, sent: c_int) {
        let recipient = self.recipient();
        self.job_control.before_forwarding(sent, self.program.pid);
        let group = matches!(recipient, Recipient::Group).then_some(self.program.group);
        self.shutdown.before_forwarding(received, sent, group);
        // After a refusal `init` stays: the signal may not have been a request to end, and if a process 1 exited, the
        // kernel would kill a program that was not even asked to end.
        if let Err(error) = self.program.signal(sent, recipient)
            && error != Errno::ESRCH // the program has just ended
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
                if self.options.writes(level) {
                    log::number(b"Reaped zombie process with pid=", pid);
                }
            }
        }
    }

    /// Acts on the end of the program.
    fn program_ended(&mut self, status: ExitStatus) {
        if self.options.writes(Level::Info) {
            log::program_end(status);
        }
        self.state = State::Ended(status.shell_status());
        let terminal = &self.job_control.terminal;
        let Program { group, leads_group, .. } = self.program;
        let is_in_foreground = terminal.is_foreground(group);
        if leads_group {
            terminal.replace_foreground(group, terminal.own_group);
        }
        if let Some(seconds) = self.options.grace_period {
            let gets_forwarded_signals = matches!(self.recipient(), Recipient::Group);
            let signal = status.signal();
            self.shutdown.program_ended(ProgramEnd { signal, group, gets_forwarded_signals, is_in_foreground });
            self.shutdown.begin(seconds);
        }
    }
}
