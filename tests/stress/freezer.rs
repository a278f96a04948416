//! Process 1 is stopped, or frozen with its control group, while orphans die: none waits as a zombie for it to go on.

use crate::common::{Day, assert_survived, piped, short, tell_missing};
use nix::sys::signal::Signal;
use procfs::process::Process;
use std::time::Duration;
use testkit::container::{container, end, until_ready, until_zombies};
use testkit::freezer::{Freezer, Frozen};
use testkit::process_table::{rows, zombies};
use testkit::programs::never_reaps;
use testkit::{Pod, until};

/// The most orphans that die in a round.
const ORPHANS: usize = 50;

/// What keeps process 1 from running.
#[derive(Clone, Copy)]
enum Means<'a> {
    Stop,
    Freezer(&'a Freezer),
}

/// Process 1 does not run. Dropped, it may again: one that is frozen could not even be killed.
struct Halted<'a> {
    means: Means<'a>,
    pod: &'a Pod,
    _frozen: Option<Frozen<'a>>,
}

impl<'a> Means<'a> {
    fn halt(self, pod: &'a Pod) -> Halted<'a> {
        let frozen = match self {
            Self::Stop => {
                pod.signal(Signal::SIGSTOP);
                None
            }
            Self::Freezer(group) => {
                group.add(pod.pid()).expect("it may be moved");
                Some(group.freeze().expect("the group may be frozen"))
            }
        };
        let halted = Halted { means: self, pod, _frozen: frozen };
        until("process 1 does not run", || halted.holds());
        halted
    }
}

impl Halted<'_> {
    fn holds(&self) -> bool {
        match self.means {
            Means::Stop => {
                Process::new(self.pod.pid().as_raw()).and_then(|init| init.stat()).is_ok_and(|it| it.state == 'T')
            }
            Means::Freezer(group) => group.is_frozen(),
        }
    }
}

impl Drop for Halted<'_> {
    fn drop(&mut self) {
        if matches!(self.means, Means::Stop) {
            self.pod.signal(Signal::SIGCONT);
        }
    }
}

#[test]
fn frozen_while_orphans_die() {
    short(run, 30);
}

/// Orphans die while process 1 does not run: `left` of them are zombies when the last is dead.
fn halt_while_they_die(pod: &Pod, means: Means<'_>, orphans: usize, left: usize, day: &mut Day) {
    let mut container = container(pod, &["together", &orphans.to_string()]);
    until_ready(&mut container);
    let halted = means.halt(pod);
    day.random.moment(Duration::from_millis(1));
    end(container);
    until(&format!("{left} zombies are all that is left"), || {
        rows(pod).len() == 1 + left && zombies(pod).len() == left
    });
    assert!(halted.holds(), "process 1 was not to run all the time");
}

pub fn run(rounds: u64, day: &mut Day) -> String {
    let freezers = Freezer::all();
    let missing = freezers.as_ref().err().map(|reason| tell_missing("a freezer", reason));
    let freezers = freezers.unwrap_or_default();
    let means: Vec<Means> = [Means::Stop].into_iter().chain(freezers.iter().map(Means::Freezer)).collect();

    let mut died = 0;
    // A process that was in a group is not moved out again: each of the means gets a pod of its own.
    for &means in &means {
        let pod = Pod::with(piped());
        for _ in 0..rounds / 3 {
            let orphans = 1 + day.random.below(ORPHANS);
            halt_while_they_die(&pod, means, orphans, 0, day);
            died += orphans;
            day.progress.inc(1);
        }
        assert_survived(pod);

        let control = Pod::with(never_reaps());
        halt_while_they_die(&control, means, ORPHANS, ORPHANS, day);
        until_zombies(&control, ORPHANS);
    }
    let versions: Vec<_> = freezers.iter().map(|group| format!("freezer {:?}", group.version())).collect();
    let means = ["SIGSTOP".to_owned()].into_iter().chain(versions).chain(missing).collect::<Vec<_>>();
    format!("{died} died meanwhile, no zombie; by {}", means.join(", "))
}
