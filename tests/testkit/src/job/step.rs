//! The steps by which a program is stopped or continued.

use super::Job;

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ctrl-Z is typed.
    CtrlZ,
    /// The signal is sent to the program's parent, which is `init` or one of its peers.
    ToInit(i32),
    /// The signal is sent to the program.
    ToProgram(i32),
    /// The program is told something, and does it.
    Ask(&'static str),
    /// The program is told something that it may not be able to finish.
    Tell(&'static str),
    /// The shell above says that the job has stopped, and continues it in the foreground.
    Fg,
}

/// What the program does from now on when SIGTSTP comes.
pub const DEFAULT: Step = Step::Ask("default");
pub const CATCHES: Step = Step::Ask("caught");
pub const IGNORES: Step = Step::Ask("ignored");
/// As editors do: it catches the signal, then stops itself with the default action of the same signal.
pub const CATCHES_THEN_SIGTSTP: Step = Step::Ask("stops itself by SIGTSTP");
/// As shells do: it catches the signal, then stops itself with SIGSTOP.
pub const CATCHES_THEN_SIGSTOP: Step = Step::Ask("stops itself by SIGSTOP");

/// The program stops itself.
pub const RAISES_SIGTSTP: Step = Step::Tell("raise SIGTSTP");
pub const RAISES_SIGSTOP: Step = Step::Tell("raise SIGSTOP");

impl Step {
    /// Whether the program is sent SIGTSTP by this, from outside.
    pub fn sends_sigtstp(self) -> bool {
        matches!(self, Self::CtrlZ | Self::ToInit(libc::SIGTSTP) | Self::ToProgram(libc::SIGTSTP))
    }
}

impl Job {
    /// Takes a step, and does not wait for what comes of it.
    #[track_caller]
    pub fn take(&mut self, step: Step) {
        match step {
            Step::CtrlZ => self.ctrl_z(),
            Step::ToInit(number) => self.signal_parent(number),
            Step::ToProgram(number) => self.signal_program(number),
            Step::Ask(what) => self.ask(what),
            Step::Tell(what) => self.tell(what),
            Step::Fg => {
                self.shell_says_stopped();
                self.fg();
            }
        }
    }
}
