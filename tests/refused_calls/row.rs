//! A row of a table: which system calls are refused in a scenario, and the outcome.

use crate::run::{Observed, run};
use crate::scenario::{Outcome, Place, Scenario, Timing};
use crate::start::Refusal;
use testkit::parallel::side_by_side;
use testkit::refused_call::{Call, ERRORS};

pub struct Row {
    pub scenario: &'static Scenario,
    pub calls: Calls,
    pub outcome: Outcome,
    pub why: &'static str,
}

/// The calls that are refused together.
#[derive(Debug)]
pub enum Calls {
    /// Every call with these numbers.
    Every(&'static [libc::c_long]),
    /// Calls with certain arguments.
    Some(&'static [Call]),
}

impl Calls {
    pub fn list(&self) -> Vec<Call> {
        match self {
            Self::Every(numbers) => numbers.iter().copied().map(Call::every).collect(),
            Self::Some(calls) => calls.to_vec(),
        }
    }
}

impl Row {
    pub const fn of(
        scenario: &'static Scenario,
        numbers: &'static [libc::c_long],
        outcome: Outcome,
        why: &'static str,
    ) -> Self {
        Self { scenario, calls: Calls::Every(numbers), outcome, why }
    }

    pub const fn some(
        scenario: &'static Scenario,
        calls: &'static [Call],
        outcome: Outcome,
        why: &'static str,
    ) -> Self {
        Self { scenario, calls: Calls::Some(calls), outcome, why }
    }

    /// Runs the scenario with each error. Returns the differences from the expected outcome, if there are any.
    fn mistakes(&self) -> Option<String> {
        let mistake = |error| {
            let observed = run(self.scenario, Some(Refusal::of(&self.calls.list(), error)), None, Timing::normal());
            let expected = Observed::of(&self.outcome, Some(error));
            (observed != expected).then(|| format!("  {error}\n    expected {expected:?}\n    observed {observed:?}\n"))
        };
        let mistakes: String = ERRORS.into_iter().filter_map(mistake).collect();
        (!mistakes.is_empty()).then(|| self.title() + &mistakes)
    }

    /// Returns whether its calls can be refused under an emulator, which makes system calls too.
    pub fn is_possible_under_an_emulator(&self) -> bool {
        const POSSIBLE: [libc::c_long; 7] = [
            libc::SYS_rt_sigaction,
            libc::SYS_rt_sigtimedwait,
            libc::SYS_getpid,
            libc::SYS_capset,
            libc::SYS_prctl,
            libc::SYS_write,
            libc::SYS_fcntl,
        ];
        // A signal that the emulator sends to itself does not end it as process 1.
        let may_crash = self.scenario.place == Place::Ordinary;
        let is_possible = |number| POSSIBLE.contains(&number) || may_crash && number == libc::SYS_exit_group;
        self.calls.list().iter().all(|call| is_possible(call.number))
    }

    fn title(&self) -> String {
        let calls: Vec<_> = self.calls.list().iter().map(|call| (name(call.number), call.argument)).collect();
        let Scenario { name, program, place, setting, .. } = self.scenario;
        let arguments = self.scenario.arguments().join(" ");
        format!("{program:?} {arguments} ({name}: {place:?}, {setting:?}) without {calls:?}, since {}\n", self.why)
    }
}

/// Runs every row with every error. Panics with a list of the rows that have another outcome.
pub fn assert_all<'a>(rows: impl IntoIterator<Item = &'a Row>) {
    let rows: Vec<&Row> = rows.into_iter().collect();
    let mistakes = side_by_side(&rows, |row| row.mistakes());
    assert!(mistakes.is_empty(), "{} of {} rows:\n{}", mistakes.len(), rows.len(), mistakes.concat());
}

/// Runs every scenario with no call refused.
pub fn assert_normal(scenarios: &[&'static Scenario]) {
    let wrong = side_by_side(scenarios, |scenario| {
        let (observed, expected) = (run(scenario, None, None, Timing::normal()), Observed::of(&scenario.normal, None));
        let (program, name) = (&scenario.program, scenario.name);
        (observed != expected)
            .then(|| format!("{program:?} ({name}):\n  expected {expected:?}\n  observed {observed:?}"))
    });
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), scenarios.len(), wrong.join("\n"));
}

macro_rules! names {
    ($($call:ident)*) => {
        /// The names of the system calls in the tables.
        const NAMES: &[(&str, libc::c_long)] = &[$((stringify!($call), libc::$call)),*];
    };
}

names! {
    SYS_rt_sigprocmask SYS_rt_sigaction SYS_rt_sigtimedwait SYS_getpid SYS_getpgid SYS_setpgid SYS_prctl
    SYS_capset SYS_clone SYS_execve SYS_wait4 SYS_kill SYS_exit_group SYS_ioctl SYS_fcntl SYS_openat SYS_close
    SYS_close_range SYS_read SYS_write SYS_readlinkat SYS_getdents64 SYS_ppoll SYS_setitimer SYS_chdir SYS_uname SYS_pidfd_open
}

/// Returns the name of a system call.
pub fn name(number: libc::c_long) -> String {
    let known = NAMES.iter().find(|(_, known)| *known == number);
    known.map_or_else(|| format!("number {number}"), |(name, _)| name.trim_start_matches("SYS_").into())
}
