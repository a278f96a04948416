//! A storm of orphans: no read of the process table shows a zombie, and process 1 uses as much memory and as many
//! descriptors as before.

use crate::scenario::{Run, short};
use testkit::Pod;
use testkit::assertions::assert_works;
use testkit::container::{container, finish, until_alone, until_zombies, watch};
use testkit::pause_process::{TERMINATED, piped};
use testkit::programs::never_reaps;
use testkit::usage::{Memory, descriptors, memory};

/// How many orphans two containers make between two checks of process 1.
const BATCH: u64 = 10_000;

#[test]
fn in_a_storm_of_orphans_no_zombie_is_ever_visible() {
    short(run, 20_000);
}

/// The memory and the number of descriptors of process 1.
fn usage(pod: &Pod) -> (Memory, usize) {
    (memory(pod.pid()).expect("process 1 is alive"), descriptors(pod.pid()).expect("process 1 is alive"))
}

pub fn run(count: u64, run: &mut Run) -> String {
    let pod = Pod::with(piped());
    let before = usage(&pod);
    let mut total = 0;
    for _ in 0..count.div_ceil(BATCH) {
        let mut makers = [(); 2].map(|()| container(&pod, &["one-by-one", &(BATCH / 2).to_string()]));
        let (reads, most) = watch(&pod, || makers.iter_mut().all(|maker| maker.status().is_some()));
        makers.into_iter().for_each(|maker| assert_eq!(finish(maker), "failed forks: 0\n"));
        assert_eq!(most, 0, "zombies in one of {reads} reads of the process table");
        assert!(reads > 100, "the process table was read only {reads} times");
        until_alone(&pod);
        assert_eq!(usage(&pod), before, "memory and descriptors, after and before");
        total += reads;
        run.progress.inc(BATCH);
    }
    assert_works(pod, TERMINATED);

    let control = Pod::with(never_reaps());
    finish(container(&control, &["one-by-one", "500"]));
    until_zombies(&control, 500);

    let (Memory { rss, page_tables, .. }, open) = before;
    format!("no zombie in {total} reads; always {rss} KiB, page tables {page_tables} KiB, {open} descriptors")
}
