//! What the days share: choices that can be repeated, progress, and how `pause` is looked at in the end.

use indicatif::ProgressBar;
use nix::sys::signal::Signal;
use std::env;
use std::fmt::Display;
use std::io::{Write, stderr};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};
use testkit::Pod;
use testkit::container::{container, end, until_alone};
use testkit::programs::pause;

pub const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// The variable that has the seed to repeat.
const SEED: &str = "PAUSE_SEED";

/// A day while it lasts.
pub struct Day {
    pub random: Random,
    pub progress: ProgressBar,
}

/// What a day does, given how often, how many or how long: what there is to tell of it, where it was survived.
pub type Run = fn(u64, &mut Day) -> String;

/// Runs a day with a seed of its own, which is printed, and without a progress bar.
#[track_caller]
pub fn short(run: Run, amount: u64) {
    let seed = seed();
    println!("{SEED}={seed}");
    let told = run(amount, &mut Day { random: Random::new(seed), progress: ProgressBar::hidden() });
    println!("{told}");
}

/// The seed that was asked for, or a new one.
pub fn seed() -> u64 {
    match env::var(SEED) {
        Ok(seed) => seed.parse().unwrap_or_else(|_| panic!("{SEED} is to be a number, and is {seed}")),
        Err(_) => SystemTime::UNIX_EPOCH.elapsed().expect("it is later than 1970").as_micros() as u64,
    }
}

/// Says what this machine or this user does not allow, whether or not the test's output is shown.
pub fn tell_missing(what: &str, reason: impl Display) -> String {
    _ = writeln!(stderr(), "a bad day without {what}: {reason}");
    format!("not with {what}: {reason}")
}

/// `pause`, its messages in a pipe.
pub fn piped() -> Command {
    let mut program = pause();
    program.stderr(Stdio::piped());
    program
}

/// `pause` still reaps, and then leaves with status 0.
#[track_caller]
pub fn assert_survived(mut pod: Pod) {
    pod.init().until_it_waits();
    assert_eq!(end(container(&pod, &["one-by-one", "20"])), "failed forks: 0\n");
    until_alone(&pod);
    pod.signal(Signal::SIGTERM);
    assert_left(pod, TERMINATED);
}

/// It leaves with status 0, and has said nothing else.
#[track_caller]
pub fn assert_left(pod: Pod, said: &str) {
    let output = pod.wait();
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(0), said), "{}", output.status);
}

/// Numbers that look random and follow from the seed: splitmix64, by Steele, Lea and Flood.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// One of 0 up to `end`, without it.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// Every order is as likely as any other (Fisher and Yates).
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for end in (2..=things.len()).rev() {
            things.swap(end - 1, self.below(end));
        }
    }

    /// Lets a moment pass, up to this long: that it may be any is what the test is about.
    pub fn moment(&mut self, most: Duration) {
        std::thread::sleep(most.mul_f64(self.next() as f64 / u64::MAX as f64));
    }
}
