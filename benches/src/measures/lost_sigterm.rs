//! How long after exec a process 1 loses SIGTERM.
//!
//! The kernel drops a signal that process 1 neither blocks nor handles (man 7 pid_namespaces). The time starts when
//! `execve` cannot fail any more: until then the signal is the business of the program that calls it.

use crate::bench::Bench;
use crate::results::LostSigterm;
use crate::row::{Better, Row};
use crate::statistics::{Summary, falls_to, rounded};
use anyhow::Result;
use nix::sys::signal::Signal;
use procfs::process::Process;
use std::hint::spin_loop;
use std::thread::sleep;
use std::time::Duration;
use testkit::LoneProcess1;
use testkit::deadline::until_some;
use testkit::lone_process_1::is_asleep;
use testkit::realtime::RealtimePriority;

/// When the signal is sent, in µs. No peer loses one after the last of them.
const DELAYS: [u64; 20] = [0, 5, 10, 15, 20, 30, 40, 50, 70, 100, 150, 200, 250, 300, 400, 500, 700, 1000, 1400, 2000];

/// The time between two checks that process 1 is idle.
const PAUSE: Duration = Duration::from_millis(10);

pub fn measure(bench: &Bench) -> Result<(Vec<Row>, LostSigterm)> {
    let priority = RealtimePriority::take()?;
    let samples = bench.rounds_without_floor("lost SIGTERM", bench.counts.lost_sigterm, |peer| {
        let program = peer.sandbox();
        let at = |&delay: &u64| -> Result<bool> {
            let sandbox = LoneProcess1::start(&program, Some(priority.cpu))?;
            while sandbox.executed.elapsed() < Duration::from_micros(delay) {
                spin_loop();
            }
            sandbox.signal(Signal::SIGTERM);
            Ok(is_lost(sandbox))
        };
        DELAYS.iter().map(at).collect::<Result<Vec<bool>>>()
    })?;
    let percent: Vec<_> = samples.0.iter().map(|samples| percent(samples)).collect();
    let summary = |percent: &Option<Vec<f64>>| {
        let curve: Vec<(f64, f64)> = DELAYS.iter().map(|&delay| delay as f64).zip(percent.clone()?).collect();
        // 0 if less than this percentage is lost from the beginning.
        let [low, median, high] = [75.0, 50.0, 25.0].map(|height| rounded(falls_to(height, &curve).unwrap_or(0.0)));
        Some(Summary { median, low, high, samples: bench.counts.lost_sigterm * DELAYS.len() })
    };
    let values = percent.iter().map(summary).collect();
    let row = Row { name: "SIGTERM lost after exec".into(), unit: "µs", better: Better::Lower, values };
    Ok((vec![row], LostSigterm { microseconds: DELAYS.into(), percent }))
}

/// The percentage of lost signals at each delay; nothing without samples.
fn percent(samples: &[Vec<bool>]) -> Option<Vec<f64>> {
    let lost = |at: usize| samples.iter().filter(|sample| sample[at]).count();
    let percent = |at| rounded(100.0 * lost(at) as f64 / samples.len() as f64);
    (!samples.is_empty()).then(|| (0..DELAYS.len()).map(percent).collect())
}

/// Whether process 1 is still there and idle after SIGTERM was sent.
fn is_lost(mut sandbox: LoneProcess1) -> bool {
    let mut is_idle = || {
        until_some("process 1 exits or is idle", || {
            if sandbox.status().is_some() {
                return Some(false);
            }
            (is_asleep(sandbox.pid()) && !has_pending_sigterm(&sandbox)).then_some(true)
        })
    };
    // Twice, because a process 1 with a child may be waiting for the child's end.
    is_idle() && {
        sleep(PAUSE);
        is_idle()
    }
}

fn has_pending_sigterm(sandbox: &LoneProcess1) -> bool {
    let status = Process::new(sandbox.pid().as_raw()).and_then(|process| process.status());
    status.is_ok_and(|status| (status.sigpnd | status.shdpnd) & 1 << (Signal::SIGTERM as u32 - 1) != 0)
}
