//! A bad day of a node: every CPU is busy, the sandbox has the smallest share of them that there is, as runtimes give it,
//! the pod has a limit of processes, and one of its containers abandons children.

use crate::Result;
use crate::bench::Bench;
use crate::peers::Peer;
use crate::report::grouped;
use crate::results::{Better, Row};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};
use testkit::cgroup::Cgroup;
use testkit::deadline::until;
use testkit::lone_process_1::settle;
use testkit::process_table::{rows, zombies};
use testkit::programs::orphan_maker;
use testkit::starvation::{Load, starve};
use testkit::{Pod, PodProcess};

/// Orphans, and processes that the pod may have.
const ORPHANS: u32 = 1000;
const LIMIT: u32 = 64;

/// Orphans that die together.
const TOGETHER: u32 = 50;

struct Sample {
    failed_forks: u32,
    most_zombies: usize,
    drain: Duration,
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let samples = bench.rounds("a storm in a famine", bench.effort.famine, |peer| {
        if peer.does_its_duty { storm(peer).map(Some) } else { Ok(None) }
    })?;
    let row = |name: &str, unit, of: fn(&Sample) -> f64| samples.row(name, unit, Better::Lower, of);
    Ok(vec![
        row(&format!("starved: failed forks of {}", grouped(ORPHANS.into())), "count", |sample| {
            f64::from(sample.failed_forks)
        }),
        row("starved: most zombies", "count", |sample| sample.most_zombies as f64),
        row(&format!("starved: {TOGETHER} orphans die, until none is left"), "ms", |sample| {
            sample.drain.as_secs_f64() * 1e3
        }),
    ])
}

fn storm(peer: &Peer) -> Result<Sample> {
    let group = Cgroup::new()?;
    group.limit_pids(LIMIT)?;
    let [of_sandbox, of_container] = [group.child("testkit")?, group.child("container")?];
    let pod = Pod::start(peer.command());
    settle(pod.pid());
    let at_rest = rows(&pod).len();
    let load = Load::start();
    starve(pod.pid(), Some(&of_sandbox))?;

    let mut storm = container(&pod, &of_container, &["one-by-one", &ORPHANS.to_string()]);
    let mut most_zombies = 0;
    until("the storm ends", || {
        most_zombies = most_zombies.max(zombies(&pod).len());
        storm.status().is_some()
    });
    let said = String::from_utf8(storm.wait().stdout)?;
    let failed = said.trim().strip_prefix("failed forks: ").ok_or("the container did not say how many forks failed")?;
    let drain = drain(&pod, &of_container, at_rest)?;
    drop(load);
    drop(pod); // before the groups that it is in
    Ok(Sample { failed_forks: failed.parse()?, most_zombies, drain })
}

/// How long it takes until none is left of orphans that die together.
fn drain(pod: &Pod, group: &Cgroup, at_rest: usize) -> Result<Duration> {
    until("what the storm left is gone", || rows(pod).len() == at_rest);
    let mut crash = container(pod, group, &["together", &TOGETHER.to_string()]);
    let mut ready = String::new();
    BufReader::new(crash.streams().stdout.as_mut().expect("it is piped")).read_line(&mut ready)?;
    let start = Instant::now();
    drop(crash.streams().stdin.take());
    until("the last orphan is reaped", || rows(pod).len() == at_rest);
    Ok(start.elapsed())
}

/// A container of the pod, in a group of its own.
fn container(pod: &Pod, group: &Cgroup, how: &[&str]) -> PodProcess {
    let entrances = group.entrances();
    let enter = move || entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"));
    let mut program = orphan_maker(how);
    program.stdin(Stdio::piped()).stdout(Stdio::piped());
    pod.join_after(program, enter)
}
