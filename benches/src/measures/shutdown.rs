//! How long a sandbox takes to be gone after SIGTERM.

use crate::Result;
use crate::bench::Bench;
use crate::results::{Better, Row};
use nix::sys::signal::Signal;
use std::time::Instant;
use testkit::LoneProcess1;
use testkit::lone_process_1::settle;
use testkit::realtime::RealtimePriority;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let precedence = RealtimePriority::take()?;
    let samples = bench.rounds("SIGTERM to gone", bench.effort.shutdown, |peer| {
        if !peer.does_its_duty {
            return Ok(None);
        }
        let sandbox = LoneProcess1::start(&peer.sandbox(), Some(precedence.cpu))?;
        settle(sandbox.pid());
        let start = Instant::now();
        sandbox.signal(Signal::SIGTERM);
        Ok(Some(sandbox.end().1 - start))
    })?;
    Ok(vec![samples.row("SIGTERM to gone", "µs", Better::Lower, |time| time.as_secs_f64() * 1e6)])
}
