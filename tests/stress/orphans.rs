//! A million orphans: none stays a zombie, and process 1 needs no more memory or files after the last than at first.

use crate::common::{Day, assert_survived, piped, short};
use std::time::Instant;
use testkit::Pod;
use testkit::container::{container, end, until_alone, until_zombies};
use testkit::deadline::PATIENCE;
use testkit::process_table::zombies;
use testkit::programs::never_reaps;
use testkit::usage::{Memory, descriptors, memory};

/// How many orphans come from two containers at once before process 1 is looked at again.
const BATCH: u64 = 10_000;

#[test]
fn a_million_orphans() {
    short(run, 20_000);
}

/// Memory and open files of process 1.
fn cost(pod: &Pod) -> (Memory, usize) {
    (memory(pod.pid()).expect("it lives"), descriptors(pod.pid()).expect("it lives"))
}

pub fn run(count: u64, day: &mut Day) -> String {
    let pod = Pod::with(piped());
    let before = cost(&pod);
    let mut looks = 0_u64;
    for _ in 0..count.div_ceil(BATCH) {
        let half = (BATCH / 2).to_string();
        let mut storms = [(); 2].map(|()| container(&pod, &["one-by-one", &half]));
        let start = Instant::now();
        while storms.iter_mut().any(|storm| storm.status().is_none()) {
            assert_eq!(zombies(&pod), [], "at look {looks}");
            looks += 1;
            assert!(start.elapsed() < 5 * PATIENCE, "the storm does not end");
        }
        for storm in storms {
            assert_eq!(end(storm), "failed forks: 0\n");
        }
        until_alone(&pod);
        assert_eq!(cost(&pod), before, "memory and open files, after and before");
        day.progress.inc(BATCH);
    }
    assert_survived(pod);

    let control = Pod::with(never_reaps());
    end(container(&control, &["one-by-one", "500"]));
    until_zombies(&control, 500);

    let (memory, files) = before;
    format!(
        "no zombie in {looks} looks; always {} KiB, page tables {} KiB, {files} files",
        memory.rss, memory.page_tables
    )
}
