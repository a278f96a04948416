//! Many sandboxes start, run and stop at the same time.

use crate::scenario::{Run, short};
use nix::sys::signal::Signal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;
use testkit::assertions::assert_exited;
use testkit::container::until_alone;
use testkit::pause_process::{TERMINATED, piped};
use testkit::shim::dead_children;
use testkit::{Pod, until};

/// How many threads start and stop sandboxes.
const THREADS: u64 = 16;

#[test]
fn many_sandboxes_start_and_stop_at_the_same_time() {
    short(run, 50);
}

pub fn run(count: u64, run: &mut Run) -> String {
    let started = AtomicU64::new(0);
    let start_with_a_zombie = || {
        let mut pod = Pod::start_after(piped(), || dead_children(&[libc::SIGCHLD]));
        pod.init().until_it_waits();
        started.fetch_add(1, Ordering::Relaxed);
        run.progress.inc(1);
        pod
    };
    // A thread stops its own pods: the kernel kills a pod when the thread that started it ends.
    let start_and_stop = |own: u64| {
        let pods: Vec<Pod> = (0..own).map(|_| start_with_a_zombie()).collect();
        until("all sandboxes have started", || started.load(Ordering::Relaxed) == count);
        pods.iter().for_each(until_alone);
        pods.iter().for_each(|pod| pod.signal(Signal::SIGTERM));
        pods.into_iter().for_each(|pod| assert_exited(&pod.wait(), 0, TERMINATED));
    };
    let start = Instant::now();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let own = count / THREADS + u64::from(thread < count % THREADS);
            scope.spawn(move || start_and_stop(own));
        }
    });
    format!("all started and stopped in {:.1?}", start.elapsed())
}
