//! `pause` as an automaton: `src/bin/pause.rs` and what it calls in `src/pause/`.

pub mod spoil;

use crate::call::{Answer, Call, Program, Signals};
use crate::message::Message;
use libc::{SIGCHLD, SIGINT, SIGPIPE, SIGTERM};
use spoil::Spoil;

/// The length of a rest, in nanoseconds.
const REST: u64 = 20_000_000;

/// `pause` in the middle of its work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pause {
    /// Whether a signal from inside does not count.
    pub is_guarded: bool,
    reports_left: u8,
    /// Whether the next wait is a rest.
    rests: bool,
    step: Step,
    message: Option<Message>,
    spoil: Option<Spoil>,
}

/// What it does when no message is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    Block,
    DropCapabilities,
    ForbidNewPrivileges,
    GetPid,
    SetAction,
    Reap,
    Wait,
    Exit(i32),
}

impl Pause {
    /// `pause` before its first call. It reports so many ignored signals.
    pub fn new(is_guarded: bool, reports_left: u8, spoil: Option<Spoil>) -> Self {
        let step = if spoil == Some(Spoil::MaskSecond) { Step::DropCapabilities } else { Step::Block };
        Self { is_guarded, reports_left, rests: false, step, message: None, spoil }
    }

    /// The real one.
    pub fn real(is_guarded: bool) -> Self {
        Self::new(is_guarded, 100, None)
    }

    fn is(&self, spoil: Spoil) -> bool {
        self.spoil == Some(spoil)
    }

    fn exit_with(&mut self, text: &'static str, status: i32) -> Step {
        self.message = Some(Message::new(text));
        Step::Exit(status)
    }

    fn mask(&self) -> Signals {
        match self.spoil {
            Some(Spoil::MaskWithoutSigint) => Signals::of([SIGTERM, SIGCHLD, SIGPIPE]),
            Some(Spoil::MaskWithoutSigchld) => Signals::of([SIGINT, SIGTERM, SIGPIPE]),
            _ => Signals::of([SIGINT, SIGTERM, SIGCHLD, SIGPIPE]),
        }
    }

    fn wait(&self) -> Call {
        let shutdown = if self.rests && self.is(Spoil::RestWithoutSigterm) {
            Signals::of([SIGINT])
        } else {
            Signals::of([SIGINT, SIGTERM])
        };
        let all = Signals::of([SIGINT, SIGTERM, SIGCHLD]);
        let limit = (self.rests && !self.is(Spoil::RestWithoutLimit)).then_some(REST);
        Call::Wait { set: if self.rests != self.is(Spoil::SigchldInRestAlone) { shutdown } else { all }, limit }
    }

    fn is_from_outside(&self, code: i32, pid: i32) -> bool {
        let has_code = matches!(code, libc::SI_USER | libc::SI_KERNEL);
        (pid == 0 || self.is(Spoil::GuardTrustsCode)) && (has_code || self.is(Spoil::GuardTrustsId))
    }

    fn after_wait(&mut self, answer: &Answer) -> Step {
        let was_rest = self.rests;
        self.rests = was_rest && self.is(Spoil::RestsForEver);
        match *answer {
            Answer::Taken(info) if info.number == SIGCHLD && !self.is(Spoil::EndsBySigchld) => {
                self.rests = !self.is(Spoil::NoRest);
                if self.is(Spoil::SigchldWithoutReap) { Step::Wait } else { Step::Reap }
            }
            Answer::Taken(_) if was_rest && self.is(Spoil::ForgetsSignalInRest) => Step::Reap,
            Answer::Taken(info) if self.is_guarded && !self.is_from_outside(info.code, info.pid) => {
                if self.reports_left > 0 {
                    self.reports_left -= 1;
                    self.message = Some(Message::new("Ignored a signal from the pod\n"));
                }
                Step::Reap
            }
            Answer::Taken(info) if info.number == SIGINT => self.exit_with("Shutting down, got signal: Interrupt\n", 0),
            Answer::Taken(_) => {
                let status = self.is(Spoil::WrongStatus).into();
                self.exit_with("Shutting down, got signal: Terminated\n", status)
            }
            Answer::Failed(_) if self.is(Spoil::IgnoresRefusal) => Step::Reap,
            Answer::Failed(libc::EINTR) if !self.is(Spoil::InterruptionIsRefusal) => Step::Reap,
            Answer::Failed(_) if was_rest && !self.is(Spoil::EndOfRestIsRefusal) => Step::Reap,
            _ => self.exit_with("Error: rt_sigtimedwait refused\n", 42),
        }
    }

    fn next(&mut self, answer: &Answer) -> Step {
        let has_failed = matches!(answer, Answer::Failed(_));
        let skips_reap = self.is(Spoil::NoReapAtStart) || self.is(Spoil::FlagAfterReap);
        match self.step {
            Step::Block if has_failed && !self.is(Spoil::IgnoresRefusedMask) => {
                self.exit_with("Error: rt_sigprocmask refused\n", 1)
            }
            Step::Block if self.is(Spoil::MaskSecond) => Step::GetPid,
            Step::Block => Step::DropCapabilities,
            Step::DropCapabilities => Step::ForbidNewPrivileges,
            Step::ForbidNewPrivileges if self.is(Spoil::MaskSecond) => Step::Block,
            Step::ForbidNewPrivileges => Step::GetPid,
            Step::GetPid => {
                if *answer != Answer::Done(1) {
                    self.message = Some(Message::new("Warning: pause should be the first process\n"));
                    self.is_guarded = false;
                }
                match self.spoil {
                    Some(Spoil::FlagAfterReap | Spoil::NoFlag) => Step::Reap,
                    _ => Step::SetAction,
                }
            }
            Step::SetAction if has_failed => self.exit_with("Error: rt_sigaction refused\n", 3),
            Step::SetAction => {
                if skips_reap {
                    Step::Wait
                } else {
                    Step::Reap
                }
            }
            Step::Reap => match answer {
                Answer::Done(1..) if !self.is(Spoil::ReapsOne) => Step::Reap,
                _ if self.is(Spoil::FlagAfterReap) => Step::SetAction,
                _ => Step::Wait,
            },
            Step::Wait => self.after_wait(answer),
            Step::Exit(_) => unreachable!("exit_group does not return"),
        }
    }
}

impl Program for Pause {
    fn call(&self) -> Call {
        if let Some(message) = &self.message {
            return message.call();
        }
        match self.step {
            Step::Block => Call::SetMask(self.mask()),
            Step::DropCapabilities => Call::DropCapabilities,
            Step::ForbidNewPrivileges => Call::ForbidNewPrivileges,
            Step::GetPid => Call::GetPid,
            Step::SetAction => Call::SetAction { signal: SIGCHLD, flags: libc::SA_NOCLDWAIT | libc::SA_NOCLDSTOP },
            Step::Reap => Call::Reap { options: libc::WNOHANG | libc::__WALL },
            Step::Wait => self.wait(),
            Step::Exit(status) => Call::Exit(status),
        }
    }

    fn returned(&mut self, answer: Answer) {
        if let Some(message) = self.message.take() {
            self.message = message.returned(&answer);
        } else {
            self.step = self.next(&answer);
        }
    }
}
