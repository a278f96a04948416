//! The latency of an init: from its start until its child is executed, and from a signal to it until its child receives
//! that.

use crate::bench::Bench;
use crate::compile;
use crate::peers::NOT_UTF8;
use crate::row::{Better, Row};
use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use nix::time::{ClockId, clock_gettime};
use nix::unistd::dup2_stdout;
use std::io::{PipeReader, Read, pipe};
use std::time::Duration;
use testkit::LoneProcess1;
use testkit::lone_process_1::{Program, settle};
use testkit::realtime::RealtimePriority;

/// How many signals each child is sent. A sample is their mean.
const SIGNALS: u32 = 5;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let clock = compile::clock()?;
    let clock = clock.to_str().context(NOT_UTF8)?;
    let priority = RealtimePriority::take()?;
    let samples = bench.rounds("latency of a child", bench.counts.child_latency, |peer| {
        let (mut times, stdout) = pipe()?;
        let program = Program::new(&peer.path, &["--", clock]);
        let sandbox = LoneProcess1::start_after(&program, Some(priority.cpu), || dup2_stdout(&stdout))?;
        drop(stdout);
        // `called` is an `Instant`: converts it to the clock of the program.
        let called = now()? - sandbox.called.elapsed();
        let start = read_time(&mut times)? - called;
        let mut signals = Duration::ZERO;
        for _ in 0..SIGNALS {
            settle(sandbox.pid());
            let sent = now()?;
            sandbox.signal(Signal::SIGUSR1);
            signals += read_time(&mut times)? - sent;
        }
        Ok((start, signals / SIGNALS))
    })?;
    let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
    Ok(vec![
        samples.row("start to exec of the child", "µs", Better::Lower, |(start, _)| microseconds(*start)),
        samples.row("SIGUSR1 to delivery to the child", "µs", Better::Lower, |(_, signal)| microseconds(*signal)),
    ])
}

/// Reads a time that the program `clock` wrote.
fn read_time(times: &mut PipeReader) -> Result<Duration> {
    let mut bytes = [0; 16];
    times.read_exact(&mut bytes)?;
    let [seconds, nanoseconds] =
        [0, 8].map(|at| u64::from_ne_bytes(bytes[at..at + 8].try_into().expect("eight bytes")));
    Ok(Duration::new(seconds, nanoseconds as u32))
}

/// The time of CLOCK_MONOTONIC, which that program reads too.
fn now() -> Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_MONOTONIC)?.into())
}
