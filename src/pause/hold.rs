//! Holds the pod's namespaces, which exist as long as this process, and reaps and rests meanwhile.

use super::{guard, log, reaping, signals};
use crate::sys::Errno;
use crate::sys::signal::Signal;
use core::ffi::c_int;

/// Reaps until SIGINT or SIGTERM arrives, and returns that signal. Call it after
/// [`let_kernel_reap`](reaping::let_kernel_reap). With `is_guarded`, a signal from inside of the pod does not count, and
/// a line reports it.
///
/// # Errors
/// The kernel refused to wait for signals.
pub fn hold(is_guarded: bool) -> Result<c_int, Errno> {
    // How many ignored signals are still reported. Without this limit their sender could fill the disk with messages.
    let mut reports_left = 100;
    let mut rest = None;
    loop {
        // Also after an ignored signal: while such signals keep coming, SIGCHLD is not taken, because its number is
        // greater.
        reaping::reap();
        let current_rest = rest.take();
        match signals::wait(current_rest) {
            Ok(Signal { number: libc::SIGCHLD, .. }) => rest = Some(&signals::REST),
            Ok(signal) if is_guarded && !guard::is_from_outside(&signal) => {
                if reports_left > 0 {
                    reports_left -= 1;
                    log::to_stderr("Ignored a signal from the pod\n");
                }
            }
            Ok(signal) => return Ok(signal.number),
            // The rest is over, or it is cut short: a lasting error will end the next wait, which has no limit.
            Err(error) if current_rest.is_none() && error != Errno::EINTR => return Err(error),
            Err(_) => {}
        }
    }
}
