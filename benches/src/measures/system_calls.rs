//! How many system calls process 1 makes until it is ready.

use crate::Result;
use crate::bench::Bench;
use crate::results::{Better, Row};
use testkit::trace::system_calls_until_rest;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let calls =
        bench.rounds("system calls", bench.effort.calls, |peer| Ok(Some(system_calls_until_rest(&peer.sandbox())?)))?;
    Ok(vec![calls.row("system calls from exec to ready", "count", Better::Lower, |&calls| f64::from(calls))])
}
