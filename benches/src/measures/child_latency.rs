//! How long the child of an init waits for what comes by way of that: its own beginning, and a signal.

use crate::Result;
use crate::bench::Bench;
use crate::peers;
use crate::results::{Better, Row};
use nix::sys::signal::Signal;
use nix::time::{ClockId, clock_gettime};
use nix::unistd::dup2_stdout;
use std::io::{PipeReader, Read, pipe};
use std::time::{Duration, Instant};
use testkit::LoneProcess1;
use testkit::lone_process_1::settle;
use testkit::realtime::RealtimePriority;

/// How many signals each child is sent.
const SIGNALS: u32 = 5;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let clock = peers::clock()?;
    let precedence = RealtimePriority::take()?;
    let samples = bench.rounds("a child of it", bench.effort.child, |peer| {
        let (mut told, tells) = pipe()?;
        let sandbox =
            LoneProcess1::start_after(&peer.with_child(&clock), Some(precedence.cpu), || dup2_stdout(&tells))?;
        drop(tells);
        let began = time(&mut told)? - since_boot(sandbox.called)?;
        let mut took = Duration::ZERO;
        for _ in 0..SIGNALS {
            settle(sandbox.pid());
            let sent = now()?;
            sandbox.signal(Signal::SIGUSR1);
            took += time(&mut told)? - sent;
        }
        Ok(Some((began, took / SIGNALS)))
    })?;
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    Ok(vec![
        samples.row("started, until its child is executed", "µs", Better::Lower, |(began, _)| micros(*began)),
        samples.row("SIGUSR1 to it, until its child has it", "µs", Better::Lower, |(_, took)| micros(*took)),
    ])
}

/// A time that the clock tells.
fn time(told: &mut PipeReader) -> Result<Duration> {
    let mut bytes = [0; 16];
    told.read_exact(&mut bytes)?;
    let [seconds, nanoseconds] =
        [0, 8].map(|at| u64::from_ne_bytes(bytes[at..at + 8].try_into().expect("eight bytes")));
    Ok(Duration::new(seconds, nanoseconds as u32))
}

/// The same clock, read here.
fn now() -> Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_MONOTONIC)?.into())
}

/// What that clock said at an instant.
fn since_boot(instant: Instant) -> Result<Duration> {
    Ok(now()? - instant.elapsed())
}
