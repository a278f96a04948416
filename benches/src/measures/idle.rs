//! The wake-ups of an idle process 1. All peers are idle at the same time.

use crate::bench::Bench;
use crate::row::{Better, Row};
use anyhow::Result;
use std::thread::sleep;
use std::time::Duration;
use testkit::LoneProcess1;
use testkit::lone_process_1::settle;
use testkit::usage::context_switches;

const TIME: Duration = Duration::from_secs(10);

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let sandboxes = bench
        .peers
        .iter()
        .map(|peer| LoneProcess1::start(&peer.sandbox(), None))
        .collect::<std::io::Result<Vec<_>>>()?;
    sandboxes.iter().for_each(|sandbox| settle(sandbox.pid()));
    let count =
        || sandboxes.iter().map(|sandbox| context_switches(sandbox.pid())).collect::<procfs::ProcResult<Vec<_>>>();
    let before = count()?;
    sleep(TIME);
    let mut wakeups = count()?.into_iter().zip(before).map(|(after, before)| after - before);
    let samples = bench.rounds("idle", 1, |_| Ok(wakeups.next().expect("a number for each peer")))?;
    Ok(vec![samples.row("wake-ups in 10 idle seconds", "count", Better::Lower, |&count| count as f64)])
}
