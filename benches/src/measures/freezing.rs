//! A frozen process 1: how many zombies it leaves when orphans end meanwhile.

use crate::bench::Bench;
use crate::numbers::grouped;
use crate::peers::Peer;
use crate::row::{Better, Row};
use anyhow::{Context, Result};
use testkit::Pod;
use testkit::cgroup::Version;
use testkit::container::{container, finish, until_ready};
use testkit::deadline::until;
use testkit::freezer::Freezer;
use testkit::lone_process_1::settle;
use testkit::process_table::{rows, zombies};

/// Orphans that end at the same time.
const ORPHANS: u32 = 1000;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let samples = bench.rounds_without_floor("frozen", bench.counts.freezing, frozen)?;
    let name = format!("frozen: zombies left by {} orphans", grouped(ORPHANS.into()));
    Ok(vec![samples.row(&name, "count", Better::Lower, |&zombies| zombies as f64)])
}

fn frozen(peer: &Peer) -> Result<usize> {
    let mut freezers = Freezer::all()?;
    freezers.sort_by_key(|freezer| freezer.version() != Version::V2); // the version that most nodes have
    let freezer = freezers.first().context("there is a freezer")?;
    let pod = Pod::start(peer.command());
    settle(pod.pid());
    let at_rest = rows(&pod).len();
    let mut container = container(&pod, &["together", &ORPHANS.to_string()]);
    until_ready(&mut container);
    freezer.add(pod.pid())?;
    let thawed_when_dropped = freezer.freeze()?;
    finish(container);
    let mut left = 0;
    until("the orphans have ended", || {
        left = zombies(&pod).len();
        rows(&pod).len() == at_rest + left
    });
    drop(thawed_when_dropped);
    drop(pod); // before the group that it is in
    Ok(left)
}
