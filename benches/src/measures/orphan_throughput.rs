//! A storm of orphans: what each costs process 1, how often they wake it up, and how many a pod makes and reaps in a second.

use crate::bench::{Bench, Samples};
use crate::peers::Peer;
use crate::row::{Better, Row};
use anyhow::{Result, ensure};
use std::io::pipe;
use std::time::{Duration, Instant};
use testkit::lone_process_1::settle;
use testkit::programs::orphan_maker;
use testkit::usage::{context_switches, cpu_time};
use testkit::{Pod, until};

/// The numbers of containers that abandon children at the same time.
const CONTAINERS: [u32; 3] = [2, 8, 64];

struct Sample {
    orphans: f64,
    took: Duration,
    cpu: Duration,
    wake_ups: f64,
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut storms = Vec::new();
    for containers in CONTAINERS {
        let name = format!("orphans of {containers} containers");
        storms.push(bench.rounds_without_floor(&name, bench.counts.orphan_throughput, |peer| {
            storm(peer, containers, bench.counts.orphans / containers)
        })?);
    }
    let lower = |name: &str, unit, number: fn(&Sample) -> f64| storms[0].row(name, unit, Better::Lower, number);
    let costs = [
        lower("CPU of process 1 per orphan", "µs", |sample| sample.cpu.as_secs_f64() * 1e6 / sample.orphans),
        lower("wake-ups per 1,000 orphans", "count", |sample| sample.wake_ups * 1e3 / sample.orphans),
        lower("wake-ups in a storm of orphans", "per second", |sample| sample.wake_ups / sample.took.as_secs_f64()),
    ];
    let rates = CONTAINERS.iter().zip(&storms).map(|(containers, storm): (_, &Samples<Sample>)| {
        let name = format!("orphans made and reaped by {containers} containers");
        storm.row(&name, "per second", Better::Higher, |sample| sample.orphans / sample.took.as_secs_f64())
    });
    Ok(costs.into_iter().chain(rates).collect())
}

/// Each container abandons `orphans` children, one after the other. All containers begin at the same time.
fn storm(peer: &Peer, containers: u32, orphans: u32) -> Result<Sample> {
    let pod = Pod::start(peer.command());
    settle(pod.pid());
    let (release, writer) = pipe()?;
    let mut makers = Vec::new();
    for _ in 0..containers {
        let mut maker = orphan_maker(&["released", &orphans.to_string()]);
        maker.stdin(release.try_clone()?);
        makers.push(pod.join(maker));
    }
    settle(pod.pid());
    let (cpu_before, wake_ups_before) = (cpu_time(pod.pid())?, context_switches(pod.pid())?);
    let start = Instant::now();
    drop(writer);
    until("the orphan makers end", || makers.iter_mut().all(|maker| maker.status().is_some()));
    let took = start.elapsed();
    let wake_ups = context_switches(pod.pid())? - wake_ups_before;
    settle(pod.pid());
    let cpu = Duration::from_nanos(cpu_time(pod.pid())? - cpu_before);
    for maker in makers {
        ensure!(maker.wait().status.success(), "an orphan maker has failed");
    }
    Ok(Sample { orphans: f64::from(containers * orphans), took, cpu, wake_ups: wake_ups as f64 })
}
