//! What an init adds to the life of a program: from its own execution to its end, with a child that leaves at once.

use crate::Result;
use crate::bench::Bench;
use crate::results::{Better, Row};
use sandbox::Bare;
use sandbox::precede::Precedence;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let precedence = Precedence::take()?;
    let samples = bench.rounds("start, child, end", bench.effort.version, |peer| {
        let sandbox = Bare::start(&peer.with_a_short_child(), Some(precedence.cpu))?;
        let called = sandbox.called;
        Ok(Some(sandbox.end().1 - called))
    })?;
    Ok(vec![samples.row("started, /bin/true executed, and gone", "µs", Better::Lower, |time| time.as_secs_f64() * 1e6)])
}
