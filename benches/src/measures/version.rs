//! The time that a program takes to print its version, from exec to exit: nearly all of it is the kernel's work.

use crate::bench::Bench;
use crate::row::{Better, Row};
use anyhow::{Result, bail};
use nix::sys::wait::WaitStatus;
use testkit::LoneProcess1;
use testkit::realtime::RealtimePriority;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let priority = RealtimePriority::take()?;
    let samples = bench.rounds("exec to exit", bench.counts.version, |peer| {
        let program = LoneProcess1::start(&peer.print_version(), Some(priority.cpu))?;
        let called = program.called;
        match program.end() {
            (WaitStatus::Exited(_, 0), ended) => Ok(ended - called),
            (status, _) => bail!("it ended with {status:?} instead of printing its version"),
        }
    })?;
    Ok(vec![samples.row("exec to exit of -v", "µs", Better::Lower, |time| time.as_secs_f64() * 1e6)])
}
