//! `pause`: the first process of a pod.
//!
//! It keeps the pod's namespaces alive, reaps the orphans that it adopts, and exits on SIGINT and SIGTERM. With
//! `--guard`, it exits only if they come from outside of the pod. It needs no C library, no memory except its stack, no
//! file and no privilege.

#![no_std]
#![no_main]

use core::ffi::c_int;
use pause::pause::{hold, log, privileges, reaping, signals};
use pause::sys::process::getpid;
use pause::sys::stack::InitialStack;

pause::program!(main);

/// The statuses to exit with after a failure. The `pause` of Kubernetes exits with 1, 2 or 3 if it cannot set up
/// SIGINT, SIGTERM or SIGCHLD, and with 42 if its endless loop ends.
mod status {
    pub const CANNOT_BLOCK: i32 = 1;
    pub const CANNOT_WRITE: i32 = 1;
    pub const CANNOT_SET_ACTION: i32 = 3;
    pub const CANNOT_WAIT: i32 = 42;
}

extern "C" fn main(stack: InitialStack<'static>) -> c_int {
    // First of all: process 1 has no handlers, so the kernel discards a signal that is not blocked yet.
    if signals::block().is_err() {
        return exit_with("Error: rt_sigprocmask refused\n", status::CANNOT_BLOCK);
    }

    privileges::give_up();

    if stack.has_argument(c"-v") {
        let is_written = log::to_stdout(concat!("pause ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
        return if is_written { 0 } else { exit_with("Error: cannot write\n", status::CANNOT_WRITE) };
    }

    let mut is_guarded = stack.has_argument(c"--guard");
    if getpid() != 1 {
        log::to_stderr("Warning: pause should be the first process\n");
        is_guarded = false; // else it would ignore SIGTERM from its own PID namespace
    }

    if reaping::let_kernel_reap().is_err() {
        return exit_with("Error: rt_sigaction refused\n", status::CANNOT_SET_ACTION);
    }
    match hold::hold(is_guarded) {
        Ok(libc::SIGINT) => exit_with("Shutting down, got signal: Interrupt\n", 0),
        Ok(_) => exit_with("Shutting down, got signal: Terminated\n", 0), // SIGTERM
        Err(_) => exit_with("Error: rt_sigtimedwait refused\n", status::CANNOT_WAIT),
    }
}

/// Writes the last message, and returns the status to exit with.
fn exit_with(message: &str, status: c_int) -> c_int {
    log::to_stderr(message);
    status
}
