//! Starvation: every CPU is busy, the sandbox has the smallest CPU share, as runtimes set it, the pod has a PID limit,
//! and one of its containers abandons children.

use crate::bench::Bench;
use crate::numbers::grouped;
use crate::peers::Peer;
use crate::row::{Better, Row};
use anyhow::{Context, Result};
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

pub const REFUSED_FORKS: &str = "starved: refused forks";

/// Orphans that are made one by one.
const ORPHANS: u32 = 1000;
const PID_LIMIT: u32 = 64;

/// Orphans that end at the same time.
const TOGETHER: u32 = 50;

struct Sample {
    refused_forks: u32,
    most_zombies: usize,
    time_to_reap: Duration,
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let samples = bench.rounds_without_floor("starvation", bench.counts.starvation, starved)?;
    let row = |name: &str, unit, of: fn(&Sample) -> f64| samples.row(name, unit, Better::Lower, of);
    Ok(vec![
        row(&format!("{REFUSED_FORKS} of {}", grouped(ORPHANS.into())), "count", |sample| {
            f64::from(sample.refused_forks)
        }),
        row("starved: most zombies", "count", |sample| sample.most_zombies as f64),
        row(&format!("starved: time to reap {TOGETHER} orphans"), "ms", |sample| {
            sample.time_to_reap.as_secs_f64() * 1e3
        }),
    ])
}

fn starved(peer: &Peer) -> Result<Sample> {
    let group = Cgroup::new()?;
    group.limit_pids(PID_LIMIT)?;
    let [of_sandbox, of_container] = [group.child("sandbox")?, group.child("container")?];
    let pod = Pod::start(peer.command());
    settle(pod.pid());
    let at_rest = rows(&pod).len();
    let load = Load::start();
    starve(pod.pid(), Some(&of_sandbox))?;

    let mut maker = container(&pod, &of_container, &["one-by-one", &ORPHANS.to_string()]);
    let mut most_zombies = 0;
    until("the orphan maker ends", || {
        most_zombies = most_zombies.max(zombies(&pod).len());
        maker.status().is_some()
    });
    let output = String::from_utf8(maker.wait().stdout)?;
    let (_, refused_forks) = output.trim().split_once("forks: ").context("the number of refused forks is missing")?;
    let refused_forks = refused_forks.parse()?;
    let time_to_reap = time_to_reap(&pod, &of_container, at_rest)?;
    drop(load);
    drop(pod); // before the groups that it is in
    Ok(Sample { refused_forks, most_zombies, time_to_reap })
}

/// Returns the time from the end of many orphans until process 1 has reaped them.
fn time_to_reap(pod: &Pod, group: &Cgroup, at_rest: usize) -> Result<Duration> {
    until("the earlier orphans are reaped", || rows(pod).len() == at_rest);
    let mut maker = container(pod, group, &["together", &TOGETHER.to_string()]);
    let mut ready = String::new();
    BufReader::new(maker.streams().stdout.as_mut().expect("a pipe")).read_line(&mut ready)?;
    let start = Instant::now();
    drop(maker.streams().stdin.take());
    until("the last orphan is reaped", || rows(pod).len() == at_rest);
    Ok(start.elapsed())
}

/// A container of the pod in `group`, which runs the orphan maker.
fn container(pod: &Pod, group: &Cgroup, arguments: &[&str]) -> PodProcess {
    let entrances = group.entrances();
    let enter = move || entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"));
    let mut program = orphan_maker(arguments);
    program.stdin(Stdio::piped()).stdout(Stdio::piped());
    pod.join_after(program, enter)
}
