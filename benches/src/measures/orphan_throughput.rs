//! What orphans cost: the CPU time of process 1 for each, and the rate at which a pod makes and reaps them.

use crate::bench::Bench;
use crate::row::{Better, Row};
use anyhow::Result;
use std::thread::available_parallelism;
use std::time::Instant;
use testkit::lone_process_1::settle;
use testkit::programs::orphan_maker;
use testkit::usage::cpu_time;
use testkit::{Pod, until};

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let counts = bench.counts;
    let samples = bench.rounds_without_floor("orphans", counts.orphan_throughput, |peer| {
        let pod = Pod::start(peer.command());
        settle(pod.pid());
        let before = cpu_time(pod.pid())?;
        let start = Instant::now();
        // A container for each CPU, which abandons one child after the other.
        let makers = 0..available_parallelism()?.get();
        let orphans = f64::from(counts.orphans) * makers.len() as f64;
        let mut makers: Vec<_> =
            makers.map(|_| pod.join(orphan_maker(&["one-by-one", &counts.orphans.to_string()]))).collect();
        until("the orphan makers end", || makers.iter_mut().all(|maker| maker.status().is_some()));
        let took = start.elapsed();
        settle(pod.pid());
        let cpu = cpu_time(pod.pid())? - before;
        Ok((cpu as f64 / 1e3 / orphans, orphans / took.as_secs_f64()))
    })?;
    Ok(vec![
        samples.row("CPU of process 1 per orphan", "µs", Better::Lower, |(cpu, _)| *cpu),
        samples.row("orphans made and reaped", "per second", Better::Higher, |(_, rate)| *rate),
    ])
}
