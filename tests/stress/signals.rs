//! All signals in random order, from inside and outside, in a storm of orphans: only SIGINT and SIGTERM end process 1.

use crate::scenario::{Run, short};
use testkit::assertions::assert_exited;
use testkit::container::container;
use testkit::pause_process::{SHUTDOWN, piped};
use testkit::process_table::zombies;
use testkit::programs::orphan_maker;
use testkit::usage::context_switches;
use testkit::{Pod, until};

#[test]
fn only_sigint_and_sigterm_end_process_1() {
    short(run, 40);
}

/// All signals except these, in random order.
fn all_except(excluded: &[i32], run: &mut Run) -> Vec<i32> {
    let mut signals: Vec<i32> = (1..=64).filter(|signal| !excluded.contains(signal)).collect();
    run.shuffle(&mut signals);
    signals
}

pub fn run(rounds: u64, run: &mut Run) -> String {
    let mut sent = 0;
    for _ in 0..rounds {
        let pod = Pod::with(piped());
        let _makers = [(); 2].map(|()| container(&pod, &["endless"]));
        let switches = || context_switches(pod.pid()).expect("process 1 is alive");
        let before = switches();
        until("process 1 reaps, and rests", || switches() > before + 5);

        // From inside, SIGKILL and SIGSTOP have no effect on process 1 either.
        let inside = all_except(&[libc::SIGINT, libc::SIGTERM], run);
        let outside = all_except(&[libc::SIGINT, libc::SIGTERM, libc::SIGKILL, libc::SIGSTOP], run);
        let mut sender = orphan_maker(&["kill"]);
        sender.args(inside.iter().map(i32::to_string));
        let sender = pod.join(sender);
        for &signal in &outside {
            testkit::pod::send(pod.pid(), signal).unwrap_or_else(|error| panic!("{signal} of {outside:?}: {error}"));
        }
        assert!(sender.wait().status.success(), "process 1 ignores {inside:?} and {outside:?}");
        assert_eq!(zombies(&pod), []);

        let (last, message) = SHUTDOWN[run.below(SHUTDOWN.len())];
        pod.signal(last);
        assert_exited(&pod.wait(), 0, message);
        sent += inside.len() + outside.len() + 1;
        run.progress.inc(1);
    }
    format!("{sent} signals; the last one of each round ended process 1 with status 0")
}
