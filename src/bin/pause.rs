//! `pause`: the first process of a pod.
//!
//! It holds the pod's namespaces by being there, reaps the orphans that it adopts, and leaves when it is told to.
//! With `--guard`, what is in the pod cannot tell it to. It needs nothing but the kernel: no C library, no memory but its
//! stack, no file, no privilege.

#![no_std]
#![no_main]

use pause::args::Args;
use pause::sys::{Errno, Signal};
use pause::{message, privileges, reaper, signals, sys};

pause::program!(main);

extern "C" fn main(args: Args) -> i32 {
    // Before anything else: until now a process 1 loses every signal that is sent to it.
    if signals::block().is_err() {
        return leave("Error: cannot block signals\n", 1);
    }

    privileges::give_up();

    if args.contain(c"-v") {
        return match message::to_stdout(concat!("pause ", env!("CARGO_PKG_VERSION"), "\n").as_bytes()) {
            true => 0,
            false => leave("Error: cannot write the version\n", 1),
        };
    }

    let mut is_guarded = args.contain(c"--guard");
    if sys::getpid() != 1 {
        message::to_stderr("Warning: pause should be the first process\n");
        is_guarded = false;
    }

    if reaper::reap_by_itself().is_err() {
        return leave("Error: cannot set up SIGCHLD\n", 3);
    }
    reaper::reap();

    let mut lines = 100; // that may tell of ignored signals: whoever sends them must not fill a disk with our messages
    loop {
        match signals::wait() {
            Ok(Signal { number: libc::SIGCHLD, .. }) => reaper::reap(),
            Ok(signal) if is_guarded && !signal.is_from_outside() => {
                if lines > 0 {
                    lines -= 1;
                    message::to_stderr("Ignored a signal from the pod\n");
                }
                reaper::reap(); // in a storm of them SIGCHLD would never have its turn
            }
            Ok(Signal { number: libc::SIGINT, .. }) => return leave("Shutting down, got signal: Interrupt\n", 0),
            Ok(_) => return leave("Shutting down, got signal: Terminated\n", 0), // SIGTERM
            Err(Errno::EINTR) => {} // stopped and continued, frozen and thawed, or looked at by a debugger
            Err(_) => return leave("Error: cannot wait for signals\n", 42),
        }
    }
}

/// The last words, and the status to leave with.
fn leave(words: &str, status: i32) -> i32 {
    message::to_stderr(words);
    status
}
