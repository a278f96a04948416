//! `init` as an automaton: `src/bin/init.rs` and `src/init/`, without the terminal, job control, messages and refusals.

mod shutdown;
pub mod spoil;
mod turn;

use crate::call::{Answer, Call, Info, Program, Signals};
use libc::{SIGALRM, SIGCHLD, SIGCONT, SIGTERM, SIGTSTP, SIGUSR1};
use spoil::Spoil;

/// How `init` was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// `-t`: whether there is a grace period.
    pub grace_period: bool,
    /// `-g`: whether signals are forwarded to the program's group.
    pub group: bool,
    /// Whether the kernel reaps and remembers statuses (Linux 6.15), and `-w` is not given.
    pub kernel_reaps: bool,
}

/// `init` in the middle of its work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Init {
    /// How it was started.
    pub options: Options,
    spoil: Option<Spoil>,
    /// What it does next, the next step last.
    steps: Vec<Step>,
    /// The program's ID, or 0 before the fork.
    program: i32,
    /// The program's status, if `init` knows that it has ended.
    ended: Option<i32>,
    /// What the last look at the children has found.
    children: Children,
    is_resting: bool,
    is_time_over: bool,
    /// The newest process before it last asked.
    newest: i32,
    asked: Option<Asked>,
}

/// Who was asked to end: all with an ID up to `newest`, or only those of them in the program's group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Asked {
    newest: i32,
    group_alone: bool,
}

/// The result of one look at the children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Children {
    OneChanged,
    NoneChanged,
    NoneExist,
}

/// A step. Those in the first part make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    Block,
    ResetAction(i32),
    Fork,
    MakeGroup,
    OpenPidfd,
    /// Whether the pidfd can be asked at all: the program was just started.
    TryPidfd,
    SetFlag,
    AskPidfd {
        again: bool,
    },
    Reap,
    PollAfterQuiet,
    PollBeforeJudging {
        has_children: bool,
    },
    IsProgramThere {
        has_children: bool,
    },
    TakeTimer,
    AreOthersThere,
    Wait,
    NewestBeforeForwarding,
    KillGroup(i32),
    IsInGroup(i32),
    KillProgram(i32),
    KillEverybody(i32),
    NewestBeforeAsking,
    SignalRemaining,
    SetTimer,
    Exit(i32),

    Turn,
    NoticeEnd,
    Judge {
        has_children: bool,
    },
    CheckTimer,
    Decide,
    Handle(Info),
}

impl Init {
    /// `init` before its first call.
    pub fn new(options: Options, spoil: Option<Spoil>) -> Self {
        let mut init = Self {
            options,
            spoil,
            steps: Vec::new(),
            program: 0,
            ended: None,
            children: Children::NoneChanged,
            is_resting: false,
            is_time_over: false,
            newest: 0,
            asked: None,
        };
        let set_up = [Step::Block, Step::ResetAction(SIGCHLD), Step::ResetAction(SIGTSTP), Step::Fork, Step::MakeGroup];
        init.then(&[Step::Turn]);
        if options.kernel_reaps {
            if init.is(Spoil::FlagWithoutLook) {
                init.then(&[Step::Wait]);
            }
            if !init.is(Spoil::NoFlag) {
                init.then(&[Step::SetFlag]);
            }
            init.then(&[Step::OpenPidfd, Step::TryPidfd]);
        }
        init.then(&set_up);
        if init.is(Spoil::MaskAfterFork) {
            init.steps.pop();
            let after_fork = init.steps.len() - 3;
            init.steps.insert(after_fork, Step::Block);
        }
        init
    }

    fn is(&self, spoil: Spoil) -> bool {
        self.spoil == Some(spoil)
    }

    /// Does these steps next, in this order.
    fn then(&mut self, steps: &[Step]) {
        self.steps.extend(steps.iter().rev());
    }

    fn fail(&mut self) {
        self.then(&[Step::Exit(1)]);
    }

    /// Whether the program runs as far as `init` knows, and only a pidfd can tell of its end.
    fn depends_on_pidfd(&self) -> bool {
        self.ended.is_none() && self.options.kernel_reaps
    }

    fn wait(&self) -> Call {
        let all = Signals::ALL;
        let (set, limit) = match self.children {
            _ if self.is(Spoil::NeverSleeps) => (all, Some(0)),
            Children::OneChanged if self.is(Spoil::WaitsAfterOne) => (all, None),
            Children::OneChanged => (all.without(SIGCHLD), Some(0)),
            _ if self.is_resting && self.is(Spoil::RestWithoutOthers) => (Signals::default(), Some(20_000_000)),
            _ if self.is_resting && self.is(Spoil::RestWithoutLimit) => (all.without(SIGCHLD), None),
            _ if self.is_resting => (all.without(SIGCHLD), Some(20_000_000)),
            Children::NoneChanged => (all, None),
            Children::NoneExist => (all, Some(50_000_000)),
        };
        Call::Wait { set, limit }
    }
}

impl Program for Init {
    fn call(&self) -> Call {
        let &step = self.steps.last().expect("it exits in the end");
        match step {
            Step::Block if self.is(Spoil::MaskWithoutSigusr1) => Call::SetMask(Signals::ALL.without(SIGUSR1)),
            Step::Block => Call::SetMask(Signals::ALL),
            Step::ResetAction(signal) => Call::SetAction { signal, flags: 0 },
            Step::Fork => Call::Fork,
            Step::MakeGroup => Call::MakeGroup(self.program),
            Step::OpenPidfd => Call::OpenPidfd(self.program),
            Step::TryPidfd | Step::AskPidfd { .. } => Call::AskPidfd,
            Step::SetFlag => Call::SetAction { signal: SIGCHLD, flags: libc::SA_NOCLDWAIT },
            Step::Reap => Call::Reap { options: libc::WNOHANG | libc::WUNTRACED | libc::WCONTINUED | libc::__WALL },
            Step::PollAfterQuiet | Step::PollBeforeJudging { .. } => Call::PollPidfd,
            Step::IsProgramThere { .. } => Call::Kill { pid: self.program, signal: 0 },
            Step::TakeTimer => Call::Wait { set: Signals::of([SIGALRM]), limit: Some(0) },
            Step::AreOthersThere => Call::Kill { pid: -1, signal: 0 },
            Step::Wait => self.wait(),
            Step::NewestBeforeForwarding | Step::NewestBeforeAsking => Call::NewestPid,
            Step::KillGroup(signal) => Call::Kill { pid: -self.program, signal },
            Step::IsInGroup(_) => Call::GroupOf(self.program),
            Step::KillProgram(signal) => Call::Kill { pid: self.program, signal },
            Step::KillEverybody(signal) => Call::Kill { pid: -1, signal },
            Step::SignalRemaining => match self.asked {
                Some(Asked { newest, group_alone }) => Call::SignalEach { signal: SIGTERM, newest, group_alone },
                None => Call::Kill { pid: -1, signal: SIGTERM },
            },
            Step::SetTimer => Call::SetTimer,
            Step::Exit(status) => Call::Exit(status),
            Step::Turn | Step::NoticeEnd | Step::Judge { .. } | Step::CheckTimer | Step::Decide | Step::Handle(_) => {
                unreachable!("{step:?} makes no call: `go_on` has done it")
            }
        }
    }

    fn returned(&mut self, answer: Answer) {
        let step = self.steps.pop().expect("it has just made a call");
        match step {
            Step::Fork => match answer {
                Answer::Done(pid) => self.program = pid,
                _ => self.fail(),
            },
            Step::NewestBeforeForwarding | Step::NewestBeforeAsking | Step::SignalRemaining | Step::SetTimer => {
                self.after_shutdown_step(step, &answer);
            }
            Step::KillGroup(_) | Step::IsInGroup(_) => self.after_group(step, &answer),
            _ => self.after_turn_step(step, &answer),
        }
        self.go_on();
    }
}

/// The signal that continues whoever is stopped.
const CONTINUE: Step = Step::KillEverybody(SIGCONT);
