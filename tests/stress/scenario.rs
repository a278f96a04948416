//! Shared by the scenarios: repeatable random choices, progress, and a report of what could not be tested.

use indicatif::ProgressBar;
use proptest::prelude::{Rng, RngExt};
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::env;
use std::fmt::Display;
use std::io::{Write, stderr};
use std::time::{Duration, SystemTime};

/// The variable with the seed to repeat.
pub const SEED: &str = "PAUSE_SEED";

/// A scenario: takes its amount, in rounds, orphans, sandboxes or seconds, and returns a summary.
pub type Scenario = fn(u64, &mut Run) -> String;

/// A run of a scenario.
pub struct Run {
    random: TestRng,
    pub progress: ProgressBar,
}

impl Run {
    pub fn new(seed: u64, progress: ProgressBar) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self { random: TestRng::from_seed(RngAlgorithm::ChaCha, &bytes), progress }
    }

    /// A random number from 0 to `end - 1`.
    pub fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    /// Puts items into random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        items.sort_by_cached_key(|_| self.random.next_u64());
    }

    /// Sleeps for a random time up to `most`.
    pub fn sleep(&mut self, most: Duration) {
        std::thread::sleep(most.mul_f64(self.random.random()));
    }
}

/// Prints a seed, and runs a scenario with it, without a progress bar.
#[track_caller]
pub fn short(scenario: Scenario, amount: u64) {
    let seed = seed();
    println!("{SEED}={seed}");
    println!("{}", scenario(amount, &mut Run::new(seed, ProgressBar::hidden())));
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
