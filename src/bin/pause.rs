//! `pause`: the first process of a pod.
//!
//! It keeps the pod's namespaces alive, reaps the orphans that it adopts, and exits on SIGINT and SIGTERM. With
//! `--guard`, it exits only if they come from outside of the pod. It needs no C library, no memory except its stack, no
//! file and no privilege.

#![no_std]
#![no_main]

use core::ffi::c_int;
use pause::pause::{guard, log, privileges, reaping, signals};
use pause::sys::Errno;
use pause::sys::process::getpid;
use pause::sys::signal::Signal;
use pause::sys::stack::InitialStack;

pause::program!(main);

extern "C" fn main(stack: InitialStack<'static>) -> c_int {
    // First of all: process 1 loses every signal that arrives before they are blocked.
    if signals::block().is_err() {
        return exit_with("Error: cannot block signals\n", 1);
    }

    privileges::give_up();

    if stack.has_argument(c"-v") {
        return match log::to_stdout(concat!("pause ", env!("CARGO_PKG_VERSION"), "\n").as_bytes()) {
            true => 0,
            false => exit_with("Error: cannot write the version\n", 1),
        };
    }

    let mut is_guarded = stack.has_argument(c"--guard");
    if getpid() != 1 {
        log::to_stderr("Warning: pause should be the first process\n");
        is_guarded = false;
    }

    if reaping::let_kernel_reap().is_err() {
        return exit_with("Error: cannot set up SIGCHLD\n", 3);
    }
    reaping::reap();

    let mut lines_left = 100; // about ignored signals, so that their sender cannot fill the disk with our log
    loop {
        match signals::wait() {
            Ok(Signal { number: libc::SIGCHLD, .. }) => reaping::reap(),
            Ok(signal) if is_guarded && !guard::is_from_outer_namespace(&signal) => {
                if lines_left > 0 {
                    lines_left -= 1;
                    log::to_stderr("Ignored a signal from the pod\n");
                }
                reaping::reap(); // in a storm of these signals SIGCHLD is never taken: its number is greater
            }
            Ok(Signal { number: libc::SIGINT, .. }) => return exit_with("Shutting down, got signal: Interrupt\n", 0),
            Ok(_) => return exit_with("Shutting down, got signal: Terminated\n", 0), // SIGTERM
            Err(Errno::EINTR) => {} // after a stop and a continue, a freeze, or an interruption by a debugger
            Err(_) => return exit_with("Error: cannot wait for signals\n", 42),
        }
    }
}

/// Writes the last message, and returns the status to exit with.
fn exit_with(message: &str, status: c_int) -> c_int {
    log::to_stderr(message);
    status
}
