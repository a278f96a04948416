//! Waits for a condition, with a deadline.

use std::env;
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a test waits for anything before it fails. Generous: a slow machine is not a failure.
pub const TIMEOUT: Duration = Duration::from_secs(180);

/// The variable that sets another [`TIMEOUT`] for conditions, in seconds: a control that must fail need not wait so long.
pub const SECONDS: &str = "PAUSE_DEADLINE";

/// Returns how long a test waits for a condition: [`TIMEOUT`], or what [`SECONDS`] says.
pub fn timeout() -> Duration {
    static TIMEOUT_HERE: LazyLock<Duration> = LazyLock::new(|| match env::var(SECONDS) {
        Ok(seconds) => Duration::from_secs(seconds.parse().unwrap_or_else(|_| panic!("{SECONDS} must be a number"))),
        Err(_) => TIMEOUT,
    });
    *TIMEOUT_HERE
}

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
        assert!(start.elapsed() < timeout(), "not within {} s: {what}", timeout().as_secs());
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
