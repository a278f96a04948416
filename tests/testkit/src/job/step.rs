//! The steps by which a program is stopped or continued.

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Type Ctrl-Z.
    CtrlZ,
    /// Send a signal to the program's parent, which is `init` or one of its peers.
    ToInit(i32),
    /// Send a signal to the program.
    ToProgram(i32),
    /// Send the program a command, and wait until it has done it.
    SendAndWait(&'static str),
    /// Send the program a command, and do not wait: the program may be stopped before it has done it.
    Send(&'static str),
    /// Wait until the shell reports the job as stopped, and continue it in the foreground.
    Fg,
}

/// From now on, the program takes the default action of SIGTSTP.
pub const DEFAULT: Step = Step::SendAndWait("default");
/// From now on, the program catches SIGTSTP, and continues.
pub const CATCHES: Step = Step::SendAndWait("caught");
/// From now on, the program ignores SIGTSTP.
pub const IGNORES: Step = Step::SendAndWait("ignored");
/// From now on, the program catches SIGTSTP, then stops itself by its default action, as editors do.
pub const CATCHES_THEN_SIGTSTP: Step = Step::SendAndWait("stops itself by SIGTSTP");
/// From now on, the program catches SIGTSTP, then stops itself by SIGSTOP, as shells do.
pub const CATCHES_THEN_SIGSTOP: Step = Step::SendAndWait("stops itself by SIGSTOP");

/// The program sends itself SIGTSTP.
pub const RAISES_SIGTSTP: Step = Step::Send("raise SIGTSTP");
/// The program sends itself SIGSTOP.
pub const RAISES_SIGSTOP: Step = Step::Send("raise SIGSTOP");

impl Step {
    /// Returns whether the step sends SIGTSTP to the program.
    pub fn sends_sigtstp(self) -> bool {
        matches!(self, Self::CtrlZ | Self::ToInit(libc::SIGTSTP) | Self::ToProgram(libc::SIGTSTP))
    }
}
