//! A row of a table: which system calls a scene's program is refused, and what it does then.

use crate::run::{Refusal, Seen, run};
use crate::scene::{Outcome, Patience, Program, Scene};
use nix::errno::Errno;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use testkit::refused_call::{Call, ERRORS};

pub struct Row {
    pub scene: &'static Scene,
    pub calls: Calls,
    pub outcome: Outcome,
    pub why: &'static str,
}

/// The calls that are refused at once.
#[derive(Debug)]
pub enum Calls {
    /// Every call of these numbers.
    Every(&'static [libc::c_long]),
    /// These calls alone.
    Only(&'static [Call]),
}

impl Calls {
    pub fn list(&self) -> Vec<Call> {
        match self {
            Self::Every(numbers) => numbers.iter().copied().map(Call::every).collect(),
            Self::Only(calls) => calls.to_vec(),
        }
    }
}

impl Row {
    pub const fn of(
        scene: &'static Scene,
        numbers: &'static [libc::c_long],
        outcome: Outcome,
        why: &'static str,
    ) -> Self {
        Self { scene, calls: Calls::Every(numbers), outcome, why }
    }

    pub const fn some(scene: &'static Scene, calls: &'static [Call], outcome: Outcome, why: &'static str) -> Self {
        Self { scene, calls: Calls::Only(calls), outcome, why }
    }

    /// Runs the scene with this error. Returns what is seen if it is not what is expected.
    fn mistake(&self, error: Errno) -> Option<String> {
        let seen = run(self.scene, Some(Refusal::of(&self.calls.list(), error)), None, Patience::USUAL);
        let expected = Seen::of(&self.outcome, Some(error));
        (seen != expected).then(|| format!("  {error}\n    expected {expected:?}\n    seen     {seen:?}\n"))
    }

    /// What is run.
    fn title(&self) -> String {
        let calls: Vec<_> = self.calls.list().iter().map(|call| (name(call.number), call.argument)).collect();
        let Scene { name, program, place, setting, .. } = self.scene;
        let arguments = self.scene.arguments().join(" ");
        format!("{program:?} {arguments} ({name}: {place:?}, {setting:?}) without {calls:?}, since {}\n", self.why)
    }
}

/// Runs every row with every error. Panics with a list of those that come out otherwise.
pub fn assert_all(rows: &'static [Row]) {
    assert_these(&rows.iter().collect::<Vec<_>>());
}

/// Does the same with these rows.
pub fn assert_these(rows: &[&'static Row]) {
    let runs: Vec<(usize, Errno)> = (0..rows.len()).flat_map(|at| ERRORS.map(|error| (at, error))).collect();
    let mut wrong = side_by_side(&runs, |&(at, error)| Some((at, rows[at].mistake(error)?)));
    wrong.sort();
    let mistakes = wrong.chunk_by(|one, other| one.0 == other.0).map(|of_row| {
        let seen: String = of_row.iter().map(|(_, seen)| seen.as_str()).collect();
        rows[of_row[0].0].title() + &seen
    });
    let mistakes: Vec<String> = mistakes.collect();
    assert!(mistakes.is_empty(), "{} of {} rows:\n{}", mistakes.len(), rows.len(), mistakes.concat());
}

/// Runs every scene with nothing refused.
pub fn assert_normal(scenes: &[&'static Scene]) {
    let wrong = side_by_side(scenes, |scene| {
        let (seen, expected) = (run(scene, None, None, Patience::USUAL), Seen::of(&scene.normal, None));
        let (program, name) = (&scene.program, scene.name);
        (seen != expected).then(|| format!("{program:?} ({name}):\n  expected {expected:?}\n  seen     {seen:?}"))
    });
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), scenes.len(), wrong.join("\n"));
}

/// Does this with each of them, a few at a time, and collects what comes of it.
pub fn side_by_side<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> Option<R> + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work_on_some = || {
        let mut results = Vec::new();
        while let Some(item) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            results.extend(work(item));
        }
        results
    };
    thread::scope(|scope| {
        let workers = [(); 4].map(|()| scope.spawn(work_on_some));
        workers.into_iter().flat_map(|worker| worker.join().expect("it reports its failure itself")).collect()
    })
}

/// Whether an emulator lets a program be refused these calls: it makes the program's calls its own, and others as well.
pub fn is_possible_under_an_emulator(row: &Row) -> bool {
    const POSSIBLE: [libc::c_long; 7] = [
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigtimedwait,
        libc::SYS_getpid,
        libc::SYS_capset,
        libc::SYS_prctl,
        libc::SYS_write,
        libc::SYS_fcntl,
    ];
    row.scene.program == Program::Pause && row.calls.list().iter().all(|call| POSSIBLE.contains(&call.number))
}

macro_rules! names {
    ($($call:ident)*) => {
        /// The names of the system calls that are in a table or may be made.
        const NAMES: &[(&str, libc::c_long)] = &[$((stringify!($call), libc::$call)),*];
    };
}

names! {
    SYS_rt_sigprocmask SYS_rt_sigaction SYS_rt_sigtimedwait SYS_getpid SYS_getppid SYS_getpgid SYS_setpgid SYS_prctl
    SYS_capset SYS_clone SYS_execve SYS_wait4 SYS_kill SYS_exit_group SYS_ioctl SYS_fcntl SYS_openat SYS_close
    SYS_close_range SYS_read SYS_write SYS_readlinkat SYS_getdents64 SYS_ppoll SYS_setitimer SYS_clock_gettime
}

/// The name of a system call.
pub fn name(number: libc::c_long) -> String {
    let known = NAMES.iter().find(|(_, known)| *known == number);
    known.map_or_else(|| format!("number {number}"), |(name, _)| name.trim_start_matches("SYS_").into())
}
