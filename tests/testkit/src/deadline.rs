//! Waits for a condition, with a deadline.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a test waits for anything before it fails. Generous: a slow machine is not a failure.
pub const TIMEOUT: Duration = Duration::from_secs(180);

/// Polls `look` until it returns a value, and returns that value.
///
/// # Panics
/// If there is no value within [`TIMEOUT`]; `what` names the condition.
#[track_caller]
pub fn until_some<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < TIMEOUT, "not within {} s: {what}", TIMEOUT.as_secs());
        sleep(Duration::from_micros(200));
    }
}

/// Polls `is_true` until it returns `true`.
///
/// # Panics
/// Like [`until_some`].
#[track_caller]
pub fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    until_some(what, || is_true().then_some(()));
}
