//! `pause`: the first process of a pod.
//!
//! It holds the pod's namespaces by being there, reaps the orphans that it adopts, and leaves when it is told to.
//! It needs nothing but the kernel: no C library, no memory but its stack, no file.

#![no_std]
#![no_main]

use pause::args::Args;
use pause::{message, reaper, signals, sys};

pause::program!(main);

extern "C" fn main(args: Args) -> i32 {
    // Before anything else: until now a process 1 loses every signal that is sent to it.
    if signals::block().is_err() {
        return leave("Error: cannot block signals\n", 1);
    }

    if args.contain("-v") {
        return match message::to_stdout(concat!("pause ", env!("CARGO_PKG_VERSION"), "\n")) {
            true => 0,
            false => leave("Error: cannot write the version\n", 1),
        };
    }

    if sys::getpid() != 1 {
        message::to_stderr("Warning: pause should be the first process\n");
    }

    if reaper::reap_by_itself().is_err() {
        return leave("Error: cannot set up SIGCHLD\n", 3);
    }
    reaper::reap();

    loop {
        match signals::wait() {
            Ok(libc::SIGINT) => return leave("Shutting down, got signal: Interrupt\n", 0),
            Ok(libc::SIGTERM) => return leave("Shutting down, got signal: Terminated\n", 0),
            Ok(_) => reaper::reap(), // SIGCHLD
            Err(_) => return leave("Error: cannot wait for signals\n", 42),
        }
    }
}

/// The last words, and the status to leave with.
fn leave(words: &str, status: i32) -> i32 {
    message::to_stderr(words);
    status
}
