//! `init`: process 1 of a single container.
//!
//! It starts one program, forwards signals to it, reaps the orphans that it adopts, and leaves with the program's status.
//! It needs nothing but the kernel, as `pause` does.

#![no_std]
#![no_main]

use core::ffi::{CStr, c_int};
use core::mem;
use pause::args::Args;
use pause::init::farewell;
use pause::init::options::Options;
use pause::init::program::{self, Inheritance};
use pause::init::terminal::Terminal;
use pause::reaper::{self, Status};
use pause::signals::{self, AT_ONCE};
use pause::sys::{Action, Errno, Signal, SignalSet, Time, process};
use pause::{message, sys};

pause::program!(main);

extern "C" fn main(mut args: Args) -> i32 {
    // Before anything else: until now a process 1 loses every signal that is sent to it.
    let mut given = Inheritance { mask: SignalSet::ALL, on_child: Action::DEFAULT };
    let is_blocked = sys::exchange_mask(&mut given.mask);

    let mut options = Options::NONE;
    if let Err(status) = options.read(&args) {
        return status;
    }
    let is_default = sys::exchange_action(libc::SIGCHLD, &mut given.on_child);
    let is_subreaper = if options.has(b's') { process::set_subreaper() } else { Ok(()) };
    if let Err(error) = is_blocked.and(is_default).and(is_subreaper) {
        return message::failure(c"cannot begin: error ", error);
    }
    if options.verbosity >= 0 && sys::getpid() != 1 && !process::is_subreaper() {
        message::line(c"".into(), c"zombie reaping won't work: neither process 1 nor -s\n", 0);
    }

    let terminal = Terminal::find();
    match program::start(&mut args, &options, &mut given, &terminal) {
        Ok(child) => Init { options: &options, terminal, child, forwarded: 0, code: None, end: Time::ZERO }.run(),
        Err(status) => status,
    }
}

/// Signals of the terminal to a process group: to one in the background, and to any.
const OF_BACKGROUND: SignalSet = SignalSet::of([libc::SIGTTIN, libc::SIGTTOU]);
const OF_TERMINAL: SignalSet =
    SignalSet::of([libc::SIGTTIN, libc::SIGTTOU, libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP, libc::SIGWINCH]);

/// What there is to look after.
struct Init<'a> {
    options: &'a Options,
    terminal: Terminal,
    child: c_int,
    /// The last signal that was forwarded.
    forwarded: c_int,
    /// What the program left with, when it has ended, and when the time of the others is over.
    code: Option<u8>,
    end: Time,
}

impl Init<'_> {
    /// Does all there is to do until the program has ended, and returns the status to leave with.
    ///
    /// Each turn hears of one child and takes one signal, so that a storm of either does not keep the other waiting.
    fn run(&mut self) -> i32 {
        loop {
            let mut status = Status::default();
            let heard = reaper::next(&mut status);
            match heard {
                Ok(0) => {}
                Ok(pid) => self.take_note(pid, &status),
                // The program is a child of ours until we have heard of its end.
                Err(error) if self.code.is_none() => return message::failure(c"cannot wait: error ", error),
                Err(_) => {}
            }

            let mut left = None;
            if let Some(code) = self.code {
                left = farewell::time_to_wait(self.end, heard.is_ok());
                if left.is_none() {
                    return self.options.status(code);
                }
            }
            let (signals, limit) = match heard {
                // The smallest signal comes first, and SIGCHLD is smaller than some. We ask for another child anyway.
                Ok(1..) => (SignalSet::ALL.without(libc::SIGCHLD), AT_ONCE),
                _ => (SignalSet::ALL, left.as_ref()),
            };
            match signals::take(signals, limit) {
                Ok(signal) => self.forward(signal),
                Err(Errno::EAGAIN) if limit.is_some() => {} // none in time
                Err(Errno::EINTR) => {} // stopped and continued, frozen and thawed, or looked at by a debugger
                Err(error) => return message::failure(c"cannot wait: error ", error),
            }
        }
    }

    /// Sends the program what was sent to us; when it has ended, whoever is left.
    fn forward(&mut self, Signal { number, code, pid }: Signal) {
        // What the terminal says to our process group: it is not about the program, or the program has it already.
        let of_terminal = if self.options.has(b'c') { OF_TERMINAL } else { OF_BACKGROUND };
        let is_for_us = match code {
            libc::SI_KERNEL => of_terminal.contains(number),
            libc::SI_USER => pid == sys::getpid(), // SIGPIPE, for a message that nobody reads
            _ => false,
        };
        let to = self.options.rewrite(number);
        if is_for_us || number == libc::SIGCHLD || to == 0 {
            return;
        }
        self.forwarded = to;
        self.say(1, c"forwarding signal ", to);
        if self.code.is_some() {
            farewell::tell(to);
        } else {
            _ = process::kill(if self.options.has(b'g') { self.group() } else { self.child }, to);
        }
    }

    /// Takes note of what has happened to a child, adopted or not.
    fn take_note(&mut self, pid: c_int, status: &Status) {
        let is_ours = pid == self.child && self.code.is_none();
        match status.stopped_by() {
            None if is_ours => {
                self.code = Some(status.code());
                self.terminal.take_back(self.child);
                if let Some(seconds) = self.options.farewell {
                    self.end = farewell::begin(seconds);
                }
            }
            None => {
                let level = if self.options.has(b'w') { 0 } else { 2 };
                self.say(level, c"Reaped zombie process with pid=", pid);
            }
            Some(signal) if is_ours => {
                // Where it shares our group there is none to hand the terminal over to: what is negative is no group.
                if self.terminal.stopped(-self.group(), signal, mem::take(&mut self.forwarded) == signal) {
                    _ = process::kill(self.group(), libc::SIGCONT);
                }
            }
            Some(_) => {}
        }
    }

    /// The program's process group, as `kill` takes it; the program alone where it shares ours.
    fn group(&self) -> c_int {
        if self.options.has(b'c') { self.child } else { -self.child }
    }

    /// Says it, where that much is to be said.
    fn say(&self, level: c_int, what: &CStr, number: c_int) {
        if self.options.verbosity >= level {
            message::line(c"".into(), what, number);
        }
    }
}
