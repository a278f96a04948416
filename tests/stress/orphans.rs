//! A million orphans: none is ever seen as a zombie, and process 1 has as much memory and as many files open as before.

use crate::scenario::{Run, short};
use testkit::Pod;
use testkit::assertions::assert_works;
use testkit::container::storm;
use testkit::container::{container, finish, until_alone, until_zombies};
use testkit::pause_process::{TERMINATED, piped};
use testkit::programs::never_reaps;
use testkit::usage::{Memory, descriptors, memory};

/// How many orphans two containers make between two checks of process 1.
const BATCH: u64 = 10_000;

#[test]
fn a_million_orphans() {
    short(run, 20_000);
}

/// Memory and open files of process 1.
fn usage(pod: &Pod) -> (Memory, usize) {
    (memory(pod.pid()).expect("process 1 is alive"), descriptors(pod.pid()).expect("process 1 is alive"))
}

pub fn run(count: u64, run: &mut Run) -> String {
    let pod = Pod::with(piped());
    let before = usage(&pod);
    let mut total = 0;
    for _ in 0..count.div_ceil(BATCH) {
        let (reads, most) = storm(&pod, &(BATCH / 2).to_string());
        assert_eq!(most, 0, "zombies in {reads} reads of the process table");
        until_alone(&pod);
        assert_eq!(usage(&pod), before, "memory and open files, after and before");
        total += reads;
        run.progress.inc(BATCH);
    }
    assert_works(pod, TERMINATED);

    let control = Pod::with(never_reaps());
    finish(container(&control, &["one-by-one", "500"]));
    until_zombies(&control, 500);

    let (Memory { rss, page_tables, .. }, files) = before;
    format!("no zombie in {total} reads; always {rss} KiB, page tables {page_tables} KiB, {files} files")
}
