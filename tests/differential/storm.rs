//! In a storm of orphans, `pause` rests after it has reaped. The C equivalent is woken up for nearly each of them. SIGTERM
//! ends a rest.

use crate::build_equivalent;
use nix::sys::signal::Signal;
use std::time::{Duration, Instant};
use testkit::assertions::assert_exited;
use testkit::lone_process_1::settle;
use testkit::pause_process::{TERMINATED, piped};
use testkit::programs::{orphan_maker, pause_at};
use testkit::usage::context_switches;
use testkit::{Pod, until};

/// How long `pause` rests.
const REST: Duration = Duration::from_millis(20);

/// Returns how often process 1 sleeps while 1000 orphans end one by one, and how long that takes.
fn storm(pod: &Pod) -> (u64, Duration) {
    let switches = || context_switches(pod.pid()).expect("process 1 is alive");
    let (before, begin) = (switches(), Instant::now());
    assert!(pod.join(orphan_maker(&["one-by-one", "1000"])).wait().status.success());
    (switches() - before, begin.elapsed())
}

#[test]
fn in_a_storm_of_orphans_pause_is_woken_up_at_most_100_times_a_second() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let equivalent = build_equivalent(&folder);
    let equivalent_runs = || {
        let pod = Pod::start(pause_at(&equivalent));
        settle(pod.pid());
        pod
    };
    // On a busy machine the orphans may be so few that nobody is woken up more often than that: try again.
    until("the C equivalent is woken up more often", || {
        let (ours, time) = storm(&Pod::with(piped()));
        // It sleeps at most twice for each rest: until the rest is over, and until the next orphan ends.
        let most = 2 * (time.as_micros() / REST.as_micros()) as u64 + 20;
        assert!(ours <= most, "{ours} times in {time:?}");
        storm(&equivalent_runs()).0 > 3 * ours
    });
}

#[test]
fn sigterm_ends_a_rest() {
    let time_to_exit = || {
        let pod = Pod::with(piped());
        assert!(pod.join(orphan_maker(&["one-by-one", "1"])).wait().status.success());
        let begin = Instant::now(); // of nearly a whole rest
        pod.signal(Signal::SIGTERM);
        assert_exited(&pod.wait(), 0, TERMINATED);
        begin.elapsed()
    };
    // On a busy machine it may not get the CPU in time: try again.
    until("it exits five times long before the end of the rest", || (0..5).all(|_| time_to_exit() < REST / 4));
}
