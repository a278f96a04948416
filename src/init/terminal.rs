//! The terminal: puts the program into its foreground, and plays its part in the job control of a shell above us.
//!
//! The program has a process group of its own, so what is typed concerns it and not us. A shell that started us, however,
//! knows us alone: it has to see us stop where the program stops, and it is us whom it continues.

use crate::signals::{self, AT_ONCE};
use crate::sys::{self, SignalSet, file, process};
use core::ffi::c_int;

/// A descriptor that no file has.
const NOTHING: c_int = -1;

/// The controlling terminal, if there is one, and our process group.
pub struct Terminal {
    /// Its descriptor; nothing's where there is none.
    descriptor: c_int,
    group: c_int,
}

impl Terminal {
    /// Finds it: as standard input, or as what `/dev/tty` stands for.
    pub fn find() -> Self {
        let descriptor = match process::foreground(libc::STDIN_FILENO) {
            Ok(_) => libc::STDIN_FILENO,
            Err(_) => file::open(NOTHING, c"/dev/tty".into(), libc::O_RDWR | libc::O_NOCTTY).unwrap_or(NOTHING),
        };
        Self { descriptor, group: process::getpgrp() }
    }

    /// Puts the process group `to` into the foreground, if ours is there: who was started in the background stays there.
    /// Whether it is there now. It has to be a group: the kernel would take the ID of any process.
    pub fn give(&self, to: c_int) -> bool {
        self.hand_over(self.group, to)
    }

    /// Puts our own group into the foreground again, if `from` is still there.
    pub fn take_back(&self, from: c_int) {
        self.hand_over(from, self.group);
    }

    fn hand_over(&self, from: c_int, to: c_int) -> bool {
        process::foreground(self.descriptor) == Ok(from) && process::set_foreground(self.descriptor, to).is_ok()
    }

    /// Does what is to be done when the program, whose group this is, was stopped by `signal`: stops as well where a shell
    /// above us waits for that, and returns when we are continued. Whether the program should be, too.
    pub fn stopped(&self, group: c_int, signal: c_int, was_forwarded: bool) -> bool {
        if was_forwarded {
            // Whoever sent us SIGTSTP wants to see us stop. The signals of the terminal were none of it.
            return matches!(signal, libc::SIGTSTP | libc::SIGSTOP) && self.stop(group, false);
        }
        // Started in the background, put into the foreground without being told, and now it reads: that can be had.
        let wants_foreground = matches!(signal, libc::SIGTTIN | libc::SIGTTOU);
        // Of process 1 there is no shell above that could continue it: a key does not stop it for ever.
        let goes_on = signal == libc::SIGTSTP;
        self.descriptor != NOTHING && ((wants_foreground && self.give(group)) || self.stop(group, goes_on))
    }

    /// Stops our process group, and when it is continued gives the foreground to `group` again, if it was put there.
    /// Whether it was stopped at all: it is not where nobody could continue it, without a shell above. Process 1 is never
    /// stopped, and answers `otherwise`.
    fn stop(&self, group: c_int, otherwise: bool) -> bool {
        const CONTINUED: SignalSet = SignalSet::of([libc::SIGCONT]);
        if sys::getpid() == 1 {
            return otherwise; // the group may reach out of our PID namespace
        }
        _ = process::kill(0, libc::SIGTSTP); // and no SIGCONT is left from before (`prepare_signal`)
        _ = sys::rt_sigprocmask(SignalSet::ALL.without(libc::SIGTSTP)); // here it takes effect
        _ = signals::block_all();
        let was_stopped = signals::take(CONTINUED, AT_ONCE).is_ok();
        if was_stopped {
            self.give(group);
        }
        was_stopped
    }
}
