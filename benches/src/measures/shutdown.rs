//! The time from SIGTERM to the exit of a sandbox.

use crate::bench::Bench;
use crate::row::{Better, Row};
use anyhow::Result;
use nix::sys::signal::Signal;
use std::time::Instant;
use testkit::LoneProcess1;
use testkit::lone_process_1::settle;
use testkit::realtime::RealtimePriority;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let priority = RealtimePriority::take()?;
    let samples = bench.rounds_without_floor("SIGTERM to exit", bench.counts.shutdown, |peer| {
        let sandbox = LoneProcess1::start(&peer.sandbox(), Some(priority.cpu))?;
        settle(sandbox.pid());
        let start = Instant::now();
        sandbox.signal(Signal::SIGTERM);
        Ok(sandbox.end().1 - start)
    })?;
    Ok(vec![samples.row("SIGTERM to exit", "µs", Better::Lower, |time| time.as_secs_f64() * 1e6)])
}
