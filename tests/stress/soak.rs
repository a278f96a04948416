//! The long versions of all of them, one after the other: `make soak`.

use crate::common::{Day, Random, Run, seed};
use crate::{debugger, density, freezer, idle, memory_limit, orphans, pid_limit, sigkill, signals};
use indicatif::{ProgressBar, ProgressStyle};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Each with how often, how many, or how long.
const DAYS: [(&str, u64, &str, Run); 9] = [
    ("a million", 1_000_000, "orphans", orphans::run),
    ("signals in every order", 2_000, "orders", signals::run),
    ("stopped and frozen", 1_500, "times", freezer::run),
    ("a debugger comes and goes", 50_000, "times", debugger::run),
    ("process IDs run out", 500, "times", pid_limit::run),
    ("memory runs out", 300, "times", memory_limit::run),
    ("process 1 is killed", 1_000, "times", sigkill::run),
    ("very many at once", 500, "sandboxes", density::run),
    ("a day of nothing", 60, "seconds", idle::run),
];

#[test]
#[ignore = "takes minutes: make soak"]
fn soak() {
    let seed = seed();
    println!("\nPAUSE_SEED={seed}");
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {prefix}, {eta} left").expect("it is one");
    let mut failed = 0;
    for (name, amount, of_what, run) in DAYS {
        let progress = ProgressBar::new(amount).with_style(style.clone()).with_message(name).with_prefix(of_what);
        let start = Instant::now();
        let mut day = Day { random: Random::new(seed), progress };
        let told = catch_unwind(AssertUnwindSafe(|| run(amount, &mut day)));
        day.progress.finish_and_clear();
        let told = told.unwrap_or_else(|_| {
            failed += 1;
            "FAILED, as told above".into()
        });
        println!("{name:26} {amount:>9} {of_what:9} {:>6.1} s  {told}", start.elapsed().as_secs_f64());
    }
    assert_eq!(failed, 0, "so many days were not survived");
}
