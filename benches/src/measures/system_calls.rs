//! The number of system calls until process 1 is ready.

use crate::bench::Bench;
use crate::row::{Better, Row};
use anyhow::Result;
use testkit::trace::system_calls_until_rest;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let samples = bench
        .rounds("system calls", bench.counts.system_calls, |peer| Ok(system_calls_until_rest(&peer.sandbox())?))?;
    Ok(vec![samples.row("system calls from exec to ready", "count", Better::Lower, |&calls| f64::from(calls))])
}
