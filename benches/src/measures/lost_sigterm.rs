//! How long after it was executed a process 1 still loses a SIGTERM.
//!
//! The kernel drops what a process 1 has neither blocked nor a handler for. The clock starts when the kernel is past the
//! point of no return in `execve`: before that, the signal would be the business of whoever calls it.

use crate::Result;
use crate::bench::Bench;
use crate::results::{Better, Curves, Row};
use crate::statistics::{Summary, falls_to, rounded};
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

/// Alive for so long, and with nothing to do, it has not heard.
const GRACE: Duration = Duration::from_millis(10);

pub fn measure(bench: &Bench) -> Result<(Vec<Row>, Curves)> {
    let precedence = RealtimePriority::take()?;
    let lost = bench.rounds("SIGTERM soon after exec", bench.effort.loss, |peer| {
        if !peer.does_its_duty {
            return Ok(None);
        }
        let program = peer.sandbox();
        let at = |delay: u64| -> Result<bool> {
            let sandbox = LoneProcess1::start(&program, Some(precedence.cpu))?;
            while sandbox.executed.elapsed() < Duration::from_micros(delay) {
                spin_loop();
            }
            sandbox.signal(Signal::SIGTERM);
            Ok(is_lost(sandbox))
        };
        Ok(Some(DELAYS.iter().map(|&delay| at(delay)).collect::<Result<Vec<bool>>>()?))
    })?;
    let percent: Vec<Option<Vec<f64>>> = lost.by_peer().iter().map(|samples| percent(samples)).collect();
    let half = |percent: &Option<Vec<f64>>| {
        let curve: Vec<(f64, f64)> = DELAYS.iter().map(|&delay| delay as f64).zip(percent.clone()?).collect();
        let samples = bench.effort.loss * DELAYS.len();
        // Where fewer than half are lost from the beginning, it is not for any time.
        let [low, median, high] = [75.0, 50.0, 25.0].map(|height| rounded(falls_to(height, &curve).unwrap_or(0.0)));
        Some(Summary { median, low, high, samples })
    };
    let values = percent.iter().map(half).collect();
    let row = Row { name: "SIGTERM lost after exec".into(), unit: "µs", better: Better::Lower, values };
    Ok((vec![row], Curves { microseconds: DELAYS.into(), percent }))
}

fn percent(samples: &[Vec<bool>]) -> Option<Vec<f64>> {
    let lost = |at: usize| samples.iter().filter(|sample| sample[at]).count();
    (!samples.is_empty())
        .then(|| (0..DELAYS.len()).map(|at| rounded(100.0 * lost(at) as f64 / samples.len() as f64)).collect())
}

/// Whether it stays although it was told to leave.
fn is_lost(mut sandbox: LoneProcess1) -> bool {
    let mut looks_like_it = || {
        until_some("process 1 leaves, or has nothing to do", || {
            if sandbox.status().is_some() {
                return Some(false);
            }
            (is_asleep(sandbox.pid()) && !has_pending_sigterm(&sandbox)).then_some(true)
        })
    };
    // Twice, because one that has a child may wait for the end of that.
    looks_like_it() && {
        sleep(GRACE);
        looks_like_it()
    }
}

fn has_pending_sigterm(sandbox: &LoneProcess1) -> bool {
    let status = Process::new(sandbox.pid().as_raw()).and_then(|process| process.status());
    status.is_ok_and(|status| (status.sigpnd | status.shdpnd) & 1 << (Signal::SIGTERM as u32 - 1) != 0)
}
