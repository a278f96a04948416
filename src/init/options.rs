//! What the command line and the environment ask for: the letters of tini and dumb-init, and one of our own, `-t`.

use super::names::{SIGNALS, take_signal};
use crate::args::{Args, Str};
use crate::message;
use crate::sys::process;
use crate::text::take_number;
use core::ffi::{CStr, c_int};

/// What `-h` and `-l` print, and a wrong option is answered with.
const HELP: &str = "\
usage: init [OPTIONS] [--] PROGRAM [ARGS...]
-s\tbe a subreaper
-p SIG\tget SIG when the parent ends
-g\tsignal PROGRAM's group
-c\tshare our group with PROGRAM
-r A:B\tforward B for A; 0 is nothing
-e CODE\tleave with 0 for CODE
-t SECS\twait for the rest to end
-w -v\twarn of reaping, say more
Apache-2.0
";

/// What `--version` prints. Docker looks for a word without dots after `git.`, and calls it the commit: the tag.
const VERSION: &str = concat!(
    "init ",
    env!("CARGO_PKG_VERSION"),
    " - git.v",
    env!("CARGO_PKG_VERSION_MAJOR"),
    "-",
    env!("CARGO_PKG_VERSION_MINOR"),
    "-",
    env!("CARGO_PKG_VERSION_PATCH"),
    "\n"
);

/// What an option is that there is not.
const UNKNOWN: &CStr = c": unknown option\n";

/// How to do it.
pub struct Options {
    /// Where PROGRAM is among the arguments.
    pub program: usize,
    /// Which of the options without a value there were: a bit for each letter.
    letters: u32,
    /// Below 0 it says nothing; 0 warns, 1 tells of the beginning, 2 of everything that happens.
    pub verbosity: c_int,
    /// For how many seconds to wait for whoever is left.
    pub farewell: Option<c_int>,
    /// Which statuses become 0.
    is_success: [bool; 256],
    /// What is forwarded in the place of each signal, from 1 on: the bits in which it differs from that.
    rewrites: [u8; SIGNALS as usize],
}

impl Options {
    /// Those of a command line without any.
    pub const NONE: Self =
        Self { program: 0, letters: 0, verbosity: 0, farewell: None, is_success: [false; _], rewrites: [0; _] };

    /// Reads what was given to this process.
    ///
    /// # Errors
    /// The status to leave with, where it was asked for something else than to start a program, which is done, or there
    /// is a mistake, which has been said.
    pub fn read(&mut self, args: &Args) -> Result<(), c_int> {
        self.program = 1;
        // The words before PROGRAM, as `getopt` does.
        while let Some(word) = args.get(self.program) {
            let mut letters = word;
            if letters.next() != Some(b'-') || { letters }.next().is_none() {
                break;
            }
            self.program += 1;
            if let Some(mut long) = word.strip_prefix(c"--".into()) {
                if long.next().is_none() {
                    break;
                }
                return Err(if is_version(word) { print(VERSION.as_bytes()) } else { refuse(word, UNKNOWN) });
            }
            while let Some(letter) = letters.next() {
                match letter {
                    b's' | b'g' | b'c' | b'w' => self.letters |= bit(letter),
                    b'v' => self.verbosity += 1,
                    b'h' | b'l' => return Err(print(HELP.as_bytes())),
                    b'e' | b'p' | b'r' | b't' => {
                        if { letters }.next().is_none() {
                            letters = args.get(self.program).unwrap_or(letters);
                            self.program += 1;
                        }
                        self.set(letter, letters).ok_or_else(|| refuse(word, c": wrong value\n"))?;
                        break;
                    }
                    _ => return Err(refuse(word, UNKNOWN)),
                }
            }
        }
        self.finish(args)
    }

    /// Reads the environment, and sees that there is a program.
    fn finish(&mut self, args: &Args) -> Result<(), c_int> {
        let environment = args.environment();
        if environment.get(c"TINI_SUBREAPER").is_some() {
            self.letters |= bit(b's');
        }
        if environment.get(c"TINI_KILL_PROCESS_GROUP").is_some() {
            self.letters |= bit(b'g');
        }
        if let Some(mut value) = environment.get(c"TINI_VERBOSITY") {
            self.verbosity = take_number(&mut value) - 1; // anything else is 0, as for tini
        }
        args.get(self.program).ok_or_else(|| refuse(c"PROGRAM".into(), c" is missing\n")).map(|_| ())
    }

    /// Whether there was an option of this letter.
    pub fn has(&self, letter: u8) -> bool {
        self.letters & bit(letter) != 0
    }

    /// Takes the value of an option that has one, if it makes sense.
    fn set(&mut self, letter: u8, mut value: Str) -> Option<()> {
        { value }.next()?;
        match letter {
            b'e' => *self.is_success.get_mut(take_number(&mut value) as usize)? = true,
            b'p' => process::set_parent_death_signal(take_signal(&mut value)?).ok()?,
            b't' => {
                let seconds = take_number(&mut value);
                self.farewell = Some(seconds);
                if seconds < 0 {
                    return None;
                }
            }
            _ => {
                let from = take_signal(&mut value)?;
                let to = take_signal(&mut value)?;
                *self.rewrites.get_mut(place(from))? = (from ^ to) as u8;
            }
        }
        value.next().is_none().then_some(())
    }

    /// The status to leave with where the program left with this one.
    pub fn status(&self, status: u8) -> c_int {
        if self.is_success[usize::from(status)] { 0 } else { status.into() }
    }

    /// What to forward in the place of a signal: 0 for nothing.
    pub fn rewrite(&self, signal: c_int) -> c_int {
        self.rewrites.get(place(signal)).map_or(signal, |&bits| signal ^ c_int::from(bits))
    }
}

/// Where a signal's place is; outside of all places for 0, which is none.
fn place(signal: c_int) -> usize {
    (signal as usize).wrapping_sub(1)
}

/// Whether a word is `--version`, and no more than that.
fn is_version(word: Str) -> bool {
    word.strip_prefix(c"--version".into()).is_some_and(|mut rest| rest.next().is_none())
}

/// Prints what was asked for, and returns the status to leave with.
fn print(text: &[u8]) -> c_int {
    i32::from(!message::to_stdout(text))
}

/// Says what is wrong, and with what, and returns the status to leave with.
fn refuse(subject: Str, words: &CStr) -> c_int {
    message::line(subject, words, 0);
    message::to_shared_stderr(HELP.as_bytes());
    1
}

/// What stands for a letter.
const fn bit(letter: u8) -> u32 {
    1 << (letter & 31)
}
