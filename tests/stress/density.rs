//! Very many sandboxes start at once, are there at the same time, and stop at once.

use crate::common::{Day, TERMINATED, assert_left, piped, short};
use nix::sys::signal::Signal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use testkit::container::until_alone;
use testkit::shim::dead_children;
use testkit::{Pod, until};

/// How many are started and stopped by one after the other of us.
const STARTERS: u64 = 16;

#[test]
fn very_many_start_and_stop_at_once() {
    short(run, 50);
}

pub fn run(count: u64, day: &mut Day) -> String {
    let started = AtomicU64::new(0);
    let start = Instant::now();
    let all_started = || started.load(Ordering::Relaxed) == count;
    // The kernel kills a pod when the thread that made it ends: each stops its own.
    let starter = |own: u64| {
        let with_a_zombie = || {
            let mut pod = Pod::start_after(piped(), || dead_children(&[libc::SIGCHLD]));
            pod.init().until_it_waits();
            started.fetch_add(1, Ordering::Relaxed);
            day.progress.inc(1);
            pod
        };
        let pods: Vec<Pod> = (0..own).map(|_| with_a_zombie()).collect();
        until("all sandboxes have started", all_started);
        let took = start.elapsed();
        let stop = Instant::now();
        pods.iter().for_each(until_alone);
        pods.iter().for_each(|pod| pod.signal(Signal::SIGTERM));
        pods.into_iter().for_each(|pod| assert_left(pod, TERMINATED));
        (took, stop.elapsed())
    };
    let shares = (0..STARTERS).map(|at| count / STARTERS + u64::from(at < count % STARTERS));
    let took: Vec<(Duration, Duration)> = thread::scope(|scope| {
        let starters: Vec<_> = shares.map(|own| scope.spawn(move || starter(own))).collect();
        starters.into_iter().map(|starter| starter.join().expect("it reports its failure itself")).collect()
    });
    let [starting, stopping] = [took.iter().map(|took| took.0).max(), took.iter().map(|took| took.1).max()];
    format!("started in {:.1?}, stopped in {:.1?}", starting.unwrap_or_default(), stopping.unwrap_or_default())
}
