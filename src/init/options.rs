//! The parsed command line: the options of tini and dumb-init, one of catatonit, and a few of our own. `docs/init.md`
//! has the grammar.

use super::signal_names::parse_signal;
use super::text::{padded, parse_number, take_part};
use super::words::Words;
use crate::sys::signal::HIGHEST_SIGNAL;
use crate::sys::stack::InitialStack;
use core::ffi::{CStr, c_int};
use core::slice;

/// The environment variable that holds options, with its `=`. Some container engines start `init` without a way to pass
/// options on its command line.
pub const INIT_OPTIONS: &CStr = c"INIT_OPTIONS=";

/// The longest grace period, in seconds.
const MOST_SECONDS: c_int = 999_999_999;

/// Stands for the letter of `--install`, which has none: no word contains it.
const INSTALL: u8 = 0;

/// In the table of rewrites: `init` forwards the signal itself.
const SAME: u8 = 0;

/// In the table of rewrites: `init` drops the signal.
const DROPPED: u8 = u8::MAX;

/// The long options, each with its letter. See [`padded`].
static LONG_NAMES: [([u8; 12], u8); 8] = [
    long_name("single-child", b'c'),
    long_name("rewrite", b'r'),
    long_name("verbose", b'v'),
    long_name("help", b'h'),
    long_name("version", b'V'),
    long_name("keep-options", b'k'),
    long_name("pause", b'P'),
    long_name("install", INSTALL),
];

const fn long_name(name: &str, letter: u8) -> ([u8; 12], u8) {
    (padded(name.as_bytes()).expect("it is short"), letter)
}

/// The parsed command line.
#[repr(C)] // the tables come last, so that the offsets of the other fields are short
pub struct Options {
    /// `-s`: adopt orphans without being process 1.
    pub is_subreaper: bool,
    /// `-p SIGNAL`: the signal that `init` is sent when its parent ends.
    pub parent_death_signal: Option<c_int>,
    /// `-g`: forward signals to the program's process group.
    pub signals_group: bool,
    /// `-c`: leave the program in the process group of `init`.
    pub shares_group: bool,
    /// `-t SECONDS`: how long the remaining processes may take to end when the program has ended.
    pub grace_period: Option<c_int>,
    /// `-v`: the greatest [`Level`] of the messages that are written. -1 for none.
    pub verbosity: c_int,
    /// `-w`: write a warning for every orphan that is reaped.
    pub warns_of_reaping: bool,
    /// `-k`: keep [`INIT_OPTIONS`] in the program's environment.
    pub keeps_variable: bool,
    /// `-e CODE`: the statuses of the program for which `init` exits with 0.
    is_success: [bool; 256],
    /// `-r FROM:TO`: the signal to forward for each signal, or [`SAME`], or [`DROPPED`].
    rewrites: [u8; HIGHEST_SIGNAL as usize + 1],
}

/// The level of a message: the least verbosity at which it is written.
#[derive(Clone, Copy)]
pub enum Level {
    /// Warnings. They are written by default, but not with `TINI_VERBOSITY=0`.
    Warning = 0,
    /// Forwarded signals, and how the program ended. They are written with `-v`.
    Info = 1,
    /// Reaped orphans. They are written with `-vv`.
    Debug = 2,
}

/// What `init` does instead of starting a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Prints the help, which an option asks for.
    Help,
    /// Prints the version, likewise.
    Version,
    /// Holds the namespaces of a pod, as `pause` does.
    Pause,
    /// Copies itself into the directory that the next word names.
    Install,
    /// Reports a mistake.
    Mistake(Mistake),
}

/// A mistake in the options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// There is no such option.
    UnknownOption,
    /// The value of an option is missing or wrong.
    WrongValue,
    /// The command line names no program.
    NoProgram,
}

/// Parses words into options.
#[repr(C)] // as for `Options`
pub struct Parser<'a> {
    /// The words that were not parsed yet.
    pub words: Words<'a>,
    /// The last word that was parsed.
    pub word: &'a [u8],
    /// The options that were found.
    pub options: Options,
}

impl<'a> Parser<'a> {
    /// Returns a parser of these words, with all options at their defaults.
    pub fn new(words: Words<'a>) -> Self {
        const DEFAULT: Options = Options {
            is_subreaper: false,
            parent_death_signal: None,
            signals_group: false,
            shares_group: false,
            grace_period: None,
            verbosity: 0,
            warns_of_reaping: false,
            keeps_variable: false,
            is_success: [false; _],
            rewrites: [SAME; _],
        };
        Self { options: DEFAULT, words, word: b"" }
    }

    /// Parses all words of [`INIT_OPTIONS`]. They may be options, but no program.
    pub fn parse_variable(&mut self) -> Result<(), Answer> {
        self.parse()?;
        match self.words.take() {
            Some(word) => {
                self.word = word;
                Err(Answer::Mistake(Mistake::UnknownOption))
            }
            None => Ok(()),
        }
    }

    /// Parses the command line. Returns the index of the argument that names the program.
    pub fn parse_command_line(&mut self, stack: &'a InitialStack<'a>) -> Result<usize, Answer> {
        self.words = Words::Arguments { stack, next: 1 };
        self.parse()?;
        match self.words {
            Words::Arguments { next, .. } if stack.argument(next).is_some() => Ok(next),
            _ => Err(Answer::Mistake(Mistake::NoProgram)),
        }
    }

    /// Parses words up to `--`, or up to the first word that is no option. That word is not taken.
    pub fn parse(&mut self) -> Result<(), Answer> {
        loop {
            let before = self.words;
            self.word = self.words.take().unwrap_or_default();
            match self.word {
                b"--" => return Ok(()),
                [b'-', b'-', name @ ..] => self.parse_long(name)?,
                [b'-', letters @ ..] if !letters.is_empty() => self.parse_letters(letters)?,
                _ => {
                    self.words = before;
                    return Ok(());
                }
            }
        }
    }

    /// Parses a long option, which is another name of a letter. Its value may follow after `=`.
    fn parse_long(&mut self, name: &[u8]) -> Result<(), Answer> {
        let mut rest = Some(name);
        let name = take_part(&mut rest, b'=').unwrap_or_default();
        let Some((_, letter)) = padded(name).and_then(|name| LONG_NAMES.iter().find(|(long, _)| *long == name)) else {
            return Err(Answer::Mistake(Mistake::UnknownOption));
        };
        match rest {
            Some(value) if *letter == b'r' => self.set_value(*letter, value),
            Some(_) => Err(Answer::Mistake(Mistake::UnknownOption)),
            None => self.parse_letters(slice::from_ref(letter)),
        }
    }

    /// Parses the letters of one word. The value of a letter is the rest of the word, or the next word if there is no
    /// rest.
    fn parse_letters(&mut self, mut letters: &[u8]) -> Result<(), Answer> {
        while let [letter, rest @ ..] = letters {
            match letter {
                b's' => self.options.is_subreaper = true,
                b'g' => self.options.signals_group = true,
                b'c' => self.options.shares_group = true,
                b'w' => self.options.warns_of_reaping = true,
                b'k' => self.options.keeps_variable = true,
                b'v' => self.options.verbosity += 1,
                b'h' | b'l' => return Err(Answer::Help),
                b'V' => return Err(Answer::Version),
                b'P' => return Err(Answer::Pause),
                &INSTALL => return Err(Answer::Install),
                b'e' | b'p' | b'r' | b't' => {
                    let value = if rest.is_empty() { self.words.take().unwrap_or_default() } else { rest };
                    return self.set_value(*letter, value);
                }
                _ => return Err(Answer::Mistake(Mistake::UnknownOption)),
            }
            letters = rest;
        }
        Ok(())
    }

    /// Stores the value of the option `letter`.
    fn set_value(&mut self, letter: u8, value: &[u8]) -> Result<(), Answer> {
        self.options.set_value(letter, value).ok_or(Answer::Mistake(Mistake::WrongValue))
    }
}

impl Options {
    /// Stores the value of the option `letter`. Returns `None` if the value is wrong.
    fn set_value(&mut self, letter: u8, value: &[u8]) -> Option<()> {
        match letter {
            b'e' => *self.is_success.get_mut(parse_number(value)? as usize)? = true,
            b'p' => self.parent_death_signal = Some(parse_signal(value)?),
            b't' => self.grace_period = Some(parse_number(value).filter(|seconds| *seconds <= MOST_SECONDS)?),
            _ => {
                // b'r': callers pass no other letter
                let mut rest = Some(value);
                let from = parse_signal(take_part(&mut rest, b':')?)?;
                let to = rest?;
                let to = if parse_number(to) == Some(0) { DROPPED } else { parse_signal(to)? as u8 };
                *self.rewrites.get_mut(from as usize)? = to;
            }
        }
        Some(())
    }

    /// Reads the variables by which tini takes options.
    pub fn read_variables(&mut self, stack: &InitialStack) {
        self.is_subreaper |= stack.variable(c"TINI_SUBREAPER=").is_some();
        self.signals_group |= stack.variable(c"TINI_KILL_PROCESS_GROUP=").is_some();
        if let Some(value) = stack.variable(c"TINI_VERBOSITY=") {
            // As tini's `atoi`, except for a text that only begins with a number. tini's 1 is our 0.
            self.verbosity = parse_number(value.to_bytes()).unwrap_or(0) - 1;
        }
    }

    /// Returns the status that `init` exits with if the program exited with `status`.
    pub fn status(&self, status: u8) -> c_int {
        if self.is_success[usize::from(status)] { 0 } else { status.into() }
    }

    /// Returns the signal to forward for `signal`, or `None` if `init` drops it.
    pub fn rewritten(&self, signal: c_int) -> Option<c_int> {
        match self.rewrites.get(signal as usize) {
            Some(&DROPPED) => None,
            None | Some(&SAME) => Some(signal),
            Some(&to) => Some(to.into()),
        }
    }

    /// Whether messages of this level are written.
    pub fn writes(&self, level: Level) -> bool {
        self.verbosity >= level as c_int
    }
}
