//! How long a program takes to be executed, say its version, and be gone: nearly all of it is the kernel's work for it.

use crate::Result;
use crate::bench::Bench;
use crate::results::{Better, Row};
use nix::sys::wait::WaitStatus;
use testkit::LoneProcess1;
use testkit::realtime::RealtimePriority;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let precedence = RealtimePriority::take()?;
    let samples = bench.rounds("exec to exit", bench.effort.version, |peer| {
        let program = LoneProcess1::start(&peer.asked_for_version(), Some(precedence.cpu))?;
        let called = program.called;
        match program.end() {
            (WaitStatus::Exited(_, 0), ended) => Ok(Some(ended - called)),
            (status, _) => Err(format!("asked for its version, it ended with {status:?}").into()),
        }
    })?;
    Ok(vec![samples.row("exec to exit of -v", "µs", Better::Lower, |time| time.as_secs_f64() * 1e6)])
}
