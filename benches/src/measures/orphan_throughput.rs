//! What orphans cost: the CPU time of process 1 for each, and how many a second a pod can have.

use crate::Result;
use crate::bench::Bench;
use crate::results::{Better, Row};
use std::thread::available_parallelism;
use std::time::Instant;
use testkit::lone_process_1::settle;
use testkit::programs::orphan_maker;
use testkit::usage::cpu_time;
use testkit::{Pod, until};

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let orphans = bench.effort.orphans;
    let samples = bench.rounds("a storm of orphans", bench.effort.storm, |peer| {
        if !peer.does_its_duty {
            return Ok(None);
        }
        let pod = Pod::start(peer.command());
        settle(pod.pid());
        let before = cpu_time(pod.pid())?;
        let start = Instant::now();
        // As many containers as there are CPUs, each of which abandons one child after the other.
        let count = available_parallelism()?.get();
        let mut storms: Vec<_> =
            (0..count).map(|_| pod.join(orphan_maker(&["one-by-one", &orphans.to_string()]))).collect();
        until("the storms end", || storms.iter_mut().all(|storm| storm.status().is_some()));
        let took = start.elapsed();
        settle(pod.pid());
        let cpu = cpu_time(pod.pid())? - before;
        let orphans = f64::from(orphans) * count as f64;
        Ok(Some((cpu as f64 / 1e3 / orphans, orphans / took.as_secs_f64())))
    })?;
    Ok(vec![
        samples.row("CPU of process 1 per orphan", "µs", Better::Lower, |(cpu, _)| *cpu),
        samples.row("orphans in a storm", "per second", Better::Higher, |(_, rate)| *rate),
    ])
}
