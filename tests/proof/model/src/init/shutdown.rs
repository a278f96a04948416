//! How `init` forwards signals and asks processes to end (`src/init/spawn.rs` and `src/init/grace_period.rs`).

use super::spoil::Spoil;
use super::{Asked, CONTINUE, Init, Step};
use crate::call::Answer;
use libc::{ESRCH, SIGCONT, SIGTERM};

impl Init {
    /// Forwards a signal to the program, or to its group.
    pub(super) fn forward(&mut self, signal: i32) {
        let to_group = self.options.group && !self.is(Spoil::NoGroup);
        let kill = if to_group { Step::KillGroup(signal) } else { Step::KillProgram(signal) };
        self.then(&[kill]);
        if self.is(Spoil::ForwardsTwice) {
            self.then(&[kill]);
        }
        if self.options.group && signal == SIGTERM {
            self.then(&[Step::NewestBeforeForwarding]);
        }
    }

    /// The group may no longer be the program's: then the program gets the signal by itself.
    pub(super) fn after_group(&mut self, step: Step, answer: &Answer) {
        match step {
            Step::KillGroup(signal) if *answer == Answer::Failed(ESRCH) => self.then(&[Step::KillProgram(signal)]),
            Step::KillGroup(signal) => self.then(&[Step::IsInGroup(signal)]),
            // `init` takes a program that is gone for a member.
            Step::IsInGroup(SIGCONT) => {}
            Step::IsInGroup(_) => self.then(&[Step::KillProgram(0)]),
            _ => unreachable!("{step:?}"),
        }
    }

    /// Acts on the end of the program.
    pub(super) fn program_ended(&mut self, status: i32) {
        self.ended = Some(status);
        if !self.options.grace_period {
            return;
        }
        if !self.is(Spoil::NoTimer) {
            self.then(&[Step::SetTimer]);
        }
        self.then(&[CONTINUE]);
        if self.is(Spoil::ForgetsForwarded) {
            self.asked = None;
        }
        if !self.is(Spoil::NeverAsks) {
            self.ask();
        }
    }

    /// Asks those to end who were not asked yet.
    pub(super) fn ask(&mut self) {
        self.then(&[Step::NewestBeforeAsking, Step::SignalRemaining]);
    }

    /// Remembers who is asked.
    pub(super) fn after_shutdown_step(&mut self, step: Step, answer: &Answer) {
        match (step, answer) {
            (Step::NewestBeforeForwarding, Answer::Done(newest)) => {
                self.asked = Some(Asked { newest: *newest, group_alone: true });
            }
            (Step::NewestBeforeAsking, Answer::Done(newest)) => self.newest = *newest,
            (Step::SignalRemaining, _) if !self.is(Spoil::ForgetsRequest) => {
                self.asked = Some(Asked { newest: self.newest, group_alone: false });
            }
            _ => {}
        }
    }
}
