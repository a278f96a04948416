//! What the wrapper costs at the start of a container, beside the runtime alone, measured in turns.

use super::bundle::{Called, Runtime};
use e2e::report::Report;
use std::time::Instant;

/// How often each is measured.
const TURNS: usize = 20;

pub fn measure(report: &mut Report, runtime: &Runtime) -> Option<()> {
    let times = report.step("a container starts and ends, in turns with and without the wrapper", || {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            for (called, times) in [Called::Alone, Called::Wrapped].into_iter().zip(&mut times) {
                runtime.bundle("cost", ":", |_| ());
                let start = Instant::now();
                runtime.run_bundle(called, "cost").ok();
                times.push(start.elapsed().as_secs_f64() * 1000.0);
            }
        }
        times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            (times[TURNS / 10], times[TURNS / 2], times[TURNS * 9 / 10])
        })
    })?;
    for (name, (low, median, high)) in ["alone", "wrapped"].into_iter().zip(times) {
        report.note(&format!("ms, {name}: median {median:.1}, from {low:.1} to {high:.1} (10 % and 90 %)"));
    }
    Some(())
}
