//! What options mean, by a second reading of `docs/init.md`: slow and plain, and without the code of `init`.

use nix::sys::signal::Signal;
use pause::init::options::{Answer, Mistake, Options};
use std::collections::{BTreeMap, BTreeSet};

/// The options that words stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// How often each letter without a value was there.
    pub flags: BTreeMap<u8, i32>,
    /// `-e`.
    pub successes: BTreeSet<u8>,
    /// `-r`: for each signal another one, or 0.
    pub rewrites: BTreeMap<i32, i32>,
    /// `-p`.
    pub parent_death_signal: Option<i32>,
    /// `-t`.
    pub grace_period: Option<i32>,
    /// `TINI_VERBOSITY`, less one.
    pub verbosity: Option<i32>,
}

/// How the options end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Before the word at this index.
    Before(usize),
    /// With an answer, for which the word at this index asks.
    With(Answer, usize),
}

/// Returns the number that decimal digits stand for, if it has at most 31 bits.
pub fn number(digits: &[u8]) -> Option<i32> {
    let text = str::from_utf8(digits).ok()?;
    let significant = text.trim_start_matches('0');
    match significant {
        "" if !text.is_empty() => Some(0),
        _ if significant.starts_with('+') => None, // `parse` would take it
        _ => significant.parse().ok().filter(|number| *number > 0),
    }
}

/// Returns the signal of this name or number. `nix` has the names.
pub fn signal(text: &[u8]) -> Option<i32> {
    if let Some(number) = number(text) {
        return Some(number).filter(|number| (1..=64).contains(number));
    }
    let text = str::from_utf8(text).ok()?;
    let name = if text.starts_with("SIG") { text.to_owned() } else { format!("SIG{text}") };
    name.parse::<Signal>().ok().map(|signal| signal as i32)
}

impl Meaning {
    /// Reads the options that the words begin with.
    pub fn read(&mut self, words: &[&[u8]]) -> End {
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let mistake = |mistake| End::With(Answer::Mistake(mistake), at);
            let letters: &[u8] = match *word {
                b"--" => return End::Before(at + 1),
                b"--single-child" => b"c",
                b"--verbose" => b"v",
                b"--keep-options" => b"k",
                b"--rewrite" => b"r",
                b"--help" => b"h",
                b"--version" => b"V",
                b"--pause" => b"P",
                b"--install" => return End::With(Answer::Install, at),
                _ if word.starts_with(b"--rewrite=") => match self.set(b'r', &word[b"--rewrite=".len()..]) {
                    Some(()) => b"",
                    None => return mistake(Mistake::WrongValue),
                },
                _ if word.starts_with(b"--") => return mistake(Mistake::UnknownOption),
                _ if word.len() > 1 && word[0] == b'-' => &word[1..],
                _ => return End::Before(at),
            };
            let mut taken = 1;
            for (place, letter) in letters.iter().enumerate() {
                match letter {
                    b's' | b'g' | b'c' | b'w' | b'k' | b'v' => *self.flags.entry(*letter).or_default() += 1,
                    b'h' | b'l' => return End::With(Answer::Help, at),
                    b'V' => return End::With(Answer::Version, at),
                    b'P' => return End::With(Answer::Pause, at),
                    b'e' | b'p' | b'r' | b't' => {
                        let rest = &letters[place + 1..];
                        let next = || words.get(at + 1).copied().unwrap_or_default();
                        let value = if rest.is_empty() { next() } else { rest };
                        taken += usize::from(rest.is_empty());
                        match self.set(*letter, value) {
                            Some(()) => break,
                            None => return mistake(Mistake::WrongValue),
                        }
                    }
                    _ => return mistake(Mistake::UnknownOption),
                }
            }
            at += taken;
        }
        End::Before(words.len())
    }

    /// Gives an option its value. Returns nothing if the value is wrong.
    pub fn set(&mut self, letter: u8, value: &[u8]) -> Option<()> {
        match letter {
            b'e' => {
                self.successes.insert(number(value)?.try_into().ok()?);
            }
            b'p' => self.parent_death_signal = Some(signal(value)?),
            b't' => self.grace_period = Some(number(value).filter(|seconds| *seconds < 1_000_000_000)?),
            _ => {
                let colon = value.iter().position(|byte| *byte == b':')?;
                let (from, to) = (&value[..colon], &value[colon + 1..]);
                let to = if number(to) == Some(0) { 0 } else { signal(to)? };
                self.rewrites.insert(signal(from)?, to);
            }
        }
        Some(())
    }

    /// Asserts that `init` has read the same.
    #[track_caller]
    pub fn check(&self, options: &Options) {
        let count = |letter| self.flags.get(&letter).copied().unwrap_or(0);
        assert_eq!(options.is_subreaper, count(b's') > 0, "-s");
        assert_eq!(options.signals_group, count(b'g') > 0, "-g");
        assert_eq!(options.shares_group, count(b'c') > 0, "-c");
        assert_eq!(options.warns_of_reaping, count(b'w') > 0, "-w");
        assert_eq!(options.keeps_variable, count(b'k') > 0, "-k");
        assert_eq!(options.verbosity, self.verbosity.unwrap_or(count(b'v')), "-v");
        assert_eq!(options.parent_death_signal, self.parent_death_signal, "-p");
        assert_eq!(options.grace_period, self.grace_period, "-t");
        for status in 0..=255 {
            let expected = if self.successes.contains(&status) { 0 } else { status.into() };
            assert_eq!(options.status(status), expected, "-e, status {status}");
        }
        for signal in 1..=64 {
            let expected = self.rewrites.get(&signal).copied().unwrap_or(signal);
            assert_eq!(options.rewritten(signal).unwrap_or(0), expected, "-r, signal {signal}");
        }
    }
}
