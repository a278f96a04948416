//! The long versions of all scenarios, one after the other: `make soak`.

use crate::scenario::{Run, SEED, Scenario, seed};
use crate::{debugger, density, idle, memory_limit, orphans, pid_limit, sigkill, signals, stopped_or_frozen};
use indicatif::{ProgressBar, ProgressStyle};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Each scenario, with its amount and the unit of the amount.
const SCENARIOS: [(&str, u64, &str, Scenario); 9] = [
    ("a million orphans", 1_000_000, "orphans", orphans::run),
    ("signals in random order", 2_000, "rounds", signals::run),
    ("stopped and frozen", 1_500, "rounds", stopped_or_frozen::run),
    ("a debugger attaches", 50_000, "rounds", debugger::run),
    ("the limit of processes", 500, "rounds", pid_limit::run),
    ("the limit of memory", 300, "rounds", memory_limit::run),
    ("process 1 is killed", 1_000, "rounds", sigkill::run),
    ("many sandboxes", 500, "sandboxes", density::run),
    ("nothing happens", 60, "seconds", idle::run),
];

#[test]
#[ignore = "takes minutes: make soak"]
fn soak() {
    let seed = seed();
    println!("\n{SEED}={seed}");
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {prefix}, {eta} left").expect("a template");
    let mut failed = 0;
    for (name, amount, unit, scenario) in SCENARIOS {
        let progress = ProgressBar::new(amount).with_style(style.clone()).with_message(name).with_prefix(unit);
        let start = Instant::now();
        let mut run = Run::new(seed, progress);
        let result = catch_unwind(AssertUnwindSafe(|| scenario(amount, &mut run)));
        run.progress.finish_and_clear();
        let result = result.unwrap_or_else(|_| {
            failed += 1;
            "FAILED, see above".into()
        });
        println!("{name:26} {amount:>9} {unit:9} {:>6.1} s  {result}", start.elapsed().as_secs_f64());
    }
    assert_eq!(failed, 0, "failed scenarios");
}
