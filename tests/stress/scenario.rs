//! What the scenarios share: repeatable random choices, progress, and a report of what could not be tested.

use indicatif::ProgressBar;
use std::env;
use std::fmt::Display;
use std::io::{Write, stderr};
use std::time::{Duration, SystemTime};

/// The variable with the seed to repeat.
pub const SEED: &str = "PAUSE_SEED";

/// A scenario: runs for so many rounds, orphans, sandboxes or seconds, and returns a sentence about it.
pub type Scenario = fn(u64, &mut Run) -> String;

/// A run of a scenario.
pub struct Run {
    pub random: Random,
    pub progress: ProgressBar,
}

/// Runs a scenario with a seed of its own, which is printed, and without a progress bar.
#[track_caller]
pub fn short(scenario: Scenario, amount: u64) {
    let seed = seed();
    println!("{SEED}={seed}");
    println!("{}", scenario(amount, &mut Run { random: Random(seed), progress: ProgressBar::hidden() }));
}

/// The seed in the environment, or a new one.
pub fn seed() -> u64 {
    match env::var(SEED) {
        Ok(seed) => seed.parse().unwrap_or_else(|_| panic!("{SEED} must be a number, and is {seed}")),
        Err(_) => SystemTime::UNIX_EPOCH.elapsed().expect("it is later than 1970").as_micros() as u64,
    }
}

/// Logs what this machine or this user does not allow, whether or not the test's output is shown.
pub fn log_missing(what: &str, reason: impl Display) -> String {
    _ = writeln!(stderr(), "tested without {what}: {reason}");
    format!("without {what}: {reason}")
}

/// Pseudorandom numbers from a seed: splitmix64, by Steele, Lea and Flood.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number from 0 to `end - 1`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Puts items into random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (2..=items.len()).rev() {
            items.swap(end - 1, self.below(end));
        }
    }

    /// Sleeps for a random time up to `most`: what happens at a random moment is what the scenario is about.
    pub fn sleep(&mut self, most: Duration) {
        std::thread::sleep(most.mul_f64(self.next() as f64 / u64::MAX as f64));
    }
}
