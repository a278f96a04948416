//! A turn of `init` (`src/init/supervise.rs`): reap one child, decide whether to exit, take one signal.

use super::spoil::Spoil;
use super::{Children, Init, Step};
use crate::call::{Answer, Change, Info};
use libc::{EAGAIN, ECHILD, EINTR, ESRCH, SIGALRM, SIGCHLD};

impl Init {
    /// Does the steps that make no call, until the next one makes a call.
    pub(super) fn go_on(&mut self) {
        loop {
            let Some(step) = self.steps.pop() else { unreachable!("it exits in the end") };
            match step {
                Step::Turn => {
                    self.then(&[Step::NoticeEnd, Step::Reap, Step::CheckTimer, Step::Decide, Step::Wait, Step::Turn])
                }
                Step::NoticeEnd if self.depends_on_pidfd() => self.then(&[Step::AskPidfd { again: false }]),
                Step::NoticeEnd => {}
                Step::Judge { has_children } => match (self.ended, has_children) {
                    (None, _) => self.fail(),
                    (Some(_), true) => self.children = Children::NoneChanged,
                    (Some(_), false) => self.children = Children::NoneExist,
                },
                Step::CheckTimer if self.ended.is_some() && self.options.grace_period => {
                    self.then(&[Step::TakeTimer]);
                }
                Step::CheckTimer => {}
                Step::Decide => self.decide(),
                Step::Handle(info) => self.handle(info),
                call => return self.then(&[call]),
            }
        }
    }

    /// Goes on after the answer to a step of the start or of the turn.
    pub(super) fn after_turn_step(&mut self, step: Step, answer: &Answer) {
        match (step, answer) {
            (Step::AskPidfd { .. }, Answer::Ended(status)) => self.program_ended(*status),
            (Step::AskPidfd { again: false }, Answer::Failed(ESRCH)) if !self.is(Spoil::AsksOnce) => {
                self.then(&[Step::AskPidfd { again: true }]);
            }
            (Step::AskPidfd { .. }, Answer::Failed(_)) => self.fail(),
            // The program is a zombie until the flag is set, so the kernel says that it lives.
            (Step::TryPidfd, Answer::Ended(_) | Answer::Failed(_)) => self.fail(),
            (Step::Reap, answer) => self.reaped(answer),
            (Step::PollAfterQuiet, Answer::Done(events)) if self.has_ended(*events) => {
                self.then(&[Step::PollBeforeJudging { has_children: true }]);
            }
            (Step::PollAfterQuiet, _) => self.children = Children::NoneChanged,
            (Step::PollBeforeJudging { has_children }, Answer::Done(events)) if self.has_ended(*events) => {
                self.then(&[Step::IsProgramThere { has_children }]);
            }
            (Step::PollBeforeJudging { has_children }, _) => self.judge(has_children),
            (Step::IsProgramThere { has_children }, Answer::Failed(ESRCH)) => self.judge(has_children),
            (Step::IsProgramThere { .. }, _) => self.children = Children::NoneExist, // it looks again soon
            (Step::TakeTimer, Answer::Taken(info)) => self.then(&[Step::Handle(*info)]),
            (Step::AreOthersThere, answer) => self.decide_if(*answer != Answer::Failed(ESRCH)),
            (Step::Wait, answer) => self.waited(answer),
            _ => {}
        }
    }

    /// Whether these events of the pidfd say that the program has ended.
    fn has_ended(&self, events: i32) -> bool {
        let events = events as i16;
        if self.is(Spoil::IgnoresHangUp) { events == libc::POLLIN } else { events & libc::POLLIN != 0 }
    }

    /// Looks once more for the status, and then decides what the answer of `wait4` means.
    fn judge(&mut self, has_children: bool) {
        self.then(&[Step::NoticeEnd, Step::Judge { has_children }]);
    }

    fn reaped(&mut self, answer: &Answer) {
        match *answer {
            Answer::Changed(pid, change) => {
                self.children = Children::OneChanged;
                let is_program = pid == self.program || self.is(Spoil::StatusOfAnyChild);
                if let (Change::Ended(status), true, None) = (change, is_program, self.ended) {
                    self.program_ended(status);
                }
            }
            Answer::Done(_) if self.depends_on_pidfd() && !self.is(Spoil::LooksOnce) => {
                self.then(&[Step::PollAfterQuiet]);
            }
            Answer::Done(_) => self.children = Children::NoneChanged,
            Answer::Failed(ECHILD) if self.depends_on_pidfd() && !self.is(Spoil::LooksOnce) => {
                self.then(&[Step::PollBeforeJudging { has_children: false }]);
            }
            _ => self.judge(false),
        }
    }

    fn decide(&mut self) {
        if self.ended.is_some() {
            match self.children {
                Children::NoneExist if !self.is(Spoil::SkipsOutsiders) => self.then(&[Step::AreOthersThere]),
                Children::NoneExist => self.decide_if(false),
                Children::OneChanged | Children::NoneChanged => self.decide_if(true),
            }
        }
    }

    /// Exits if it is time to, given whether anybody is left.
    fn decide_if(&mut self, is_anybody_left: bool) {
        let status = self.ended.expect("only then it decides");
        let waits = self.options.grace_period && !self.is_time_over && is_anybody_left;
        if !waits || self.is(Spoil::NoGrace) {
            self.then(&[Step::Exit(status)]);
        }
    }

    fn waited(&mut self, answer: &Answer) {
        let was_resting = std::mem::take(&mut self.is_resting);
        match *answer {
            Answer::Taken(_) if was_resting && self.is(Spoil::ForgetsSignalInRest) => {}
            Answer::Taken(info) => {
                let tells_of_end = info.number == SIGCHLD && info.code <= libc::CLD_DUMPED;
                self.is_resting = tells_of_end && self.options.kernel_reaps && !self.is(Spoil::NoRest);
                self.then(&[Step::NoticeEnd, Step::Handle(info)]);
            }
            Answer::Failed(EAGAIN | EINTR) => {}
            _ => self.fail(),
        }
    }

    /// Acts on a signal that was taken.
    fn handle(&mut self, info: Info) {
        // The SIGPIPE of its own messages, and the signals of a terminal's keys, are not modelled.
        if info.number == SIGCHLD {
            if self.is(Spoil::SigchldWithoutLook) {
                self.then(&[Step::Wait]);
            }
            return;
        }
        if self.ended.is_some() && info.number == SIGALRM && info.code == libc::SI_KERNEL {
            self.is_time_over = !self.is(Spoil::IgnoresTimer);
            return;
        }
        match self.ended {
            None => self.forward(info.number),
            Some(_) if info.number == libc::SIGTERM => self.ask(),
            Some(_) => self.then(&[Step::KillEverybody(info.number)]),
        }
    }
}
