//! Waiting for something to become true, but not for ever.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up. Generous: a slow machine is not a failure.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// Looks again and again until `look` finds what it looks for, and returns it.
///
/// # Panics
/// Where it has not come true in [`PATIENCE`]; `what` says what that was.
#[track_caller]
pub fn until_some<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited for {} s, and it did not come true: {what}", PATIENCE.as_secs());
        sleep(Duration::from_micros(200));
    }
}

/// Looks again and again until `is_true` says so.
///
/// # Panics
/// As [`until_some`] does.
#[track_caller]
pub fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    until_some(what, || is_true().then_some(()));
}
