//! Signals in every order, from inside and from outside at once, in a storm of orphans: the last one ends it, as always.

use crate::common::{Day, TERMINATED, assert_left, piped, short};
use nix::sys::signal::Signal;
use testkit::container::container;
use testkit::process_table::zombies;
use testkit::programs::orphan_maker;
use testkit::usage::cpu_time;
use testkit::{Pod, until};

const INTERRUPT: &str = "Shutting down, got signal: Interrupt\n";

/// Those that end it, from wherever they come.
const LAST: [(Signal, &str); 2] = [(Signal::SIGINT, INTERRUPT), (Signal::SIGTERM, TERMINATED)];

#[test]
fn signals_in_every_order() {
    short(run, 40);
}

/// All signals but these, in any order.
fn all_but(excluded: &[i32], day: &mut Day) -> Vec<i32> {
    let mut signals: Vec<i32> = (1..=64).filter(|signal| !excluded.contains(signal)).collect();
    day.random.shuffle(&mut signals);
    signals
}

pub fn run(rounds: u64, day: &mut Day) -> String {
    let mut sent = 0;
    for _ in 0..rounds {
        let pod = Pod::with(piped());
        let _storms = [(); 2].map(|()| container(&pod, &["endless"]));
        until("the storm has come up", || cpu_time(pod.pid()).is_ok_and(|time| time > 1_000_000));

        // From inside, the kernel protects process 1 from SIGKILL and SIGSTOP too.
        let inside = all_but(&[libc::SIGINT, libc::SIGTERM], day);
        let outside = all_but(&[libc::SIGINT, libc::SIGTERM, libc::SIGKILL, libc::SIGSTOP], day);
        let words: Vec<String> = inside.iter().map(i32::to_string).collect();
        let how: Vec<&str> = ["kill"].into_iter().chain(words.iter().map(String::as_str)).collect();
        let container = pod.join(orphan_maker(&how));
        let init = pod.pid();
        for &signal in &outside {
            testkit::pod::send(init, signal).unwrap_or_else(|error| panic!("{signal} of {outside:?}: {error}"));
        }
        assert!(container.wait().status.success(), "it lives through {inside:?} and {outside:?}");
        assert_eq!(zombies(&pod), []);

        let &(last, said) = day.random.one_of(&LAST);
        pod.signal(last);
        assert_left(pod, said);
        sent += inside.len() + outside.len() + 1;
        day.progress.inc(1);
    }
    format!("{sent} signals, and it always left with status 0 on the last")
}
