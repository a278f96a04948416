//! The command lines that `init` shares with tini and with dumb-init. Each line of the input is an argument. The program that both
//! start must get the same arguments, and both must exit alike.

use super::{command_line, file, lines};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

/// The program at the end of each command line. It writes its arguments, and exits with 7.
const PROGRAM: &[u8] = b"print-words";

/// Its folder, which is all of `PATH`.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/programs");

/// The letters of all options of `init`.
const LETTERS: &[u8] = b"sgcwkvhlVPeprt";

/// The letters of those that print something and exit.
const ANSWERS: &[u8] = b"hlV";

/// Another init, and what of its language `init` has.
pub struct Peer {
    path: &'static str,
    /// The letters of its options without a value.
    flags: &'static [u8],
    /// Its long options, with their letters.
    long: &'static [(&'static [u8], u8)],
    /// Whether `init` reads the value of an option alike. `None` if the peer has no such option with a value.
    reads_alike: fn(letter: u8, value: &[u8]) -> Option<bool>,
    /// Whether it exits like `init` for a program that does not exist.
    exits_alike: bool,
}

/// tini. It reads numbers as `strtol` does, and signals only by their names with `SIG`.
pub const TINI: Peer = Peer {
    path: "/usr/bin/tini",
    flags: b"sgwvhl",
    long: &[],
    reads_alike: |letter, value| match letter {
        b'e' => Some(matches!(value, [first, ..] if !b" \t\x0b\x0c\r+-".contains(first))),
        b'p' => Some(value.starts_with(b"SIG") && ![&b"SIGSTKFLT"[..], b"SIGIO", b"SIGPWR"].contains(&value)),
        _ => None,
    },
    exits_alike: true,
};

/// dumb-init. It reads signals only as numbers up to 31, and ignores what comes after them.
pub const DUMB_INIT: Peer = Peer {
    path: "/usr/bin/dumb-init",
    flags: b"cvhV",
    long: &[
        (b"--single-child", b'c'),
        (b"--verbose", b'v'),
        (b"--rewrite", b'r'),
        (b"--help", b'h'),
        (b"--version", b'V'),
    ],
    reads_alike: |letter, value| {
        let mut numbers = value.split(|byte| *byte == b':');
        let is_small = |number: &[u8]| {
            let text = str::from_utf8(number).unwrap_or("not a number");
            text.is_empty() || !text.starts_with('+') && text.parse().is_ok_and(|number: u32| number < 32)
        };
        (letter == b'r').then(|| numbers.clone().count() < 3 && numbers.all(is_small))
    },
    exits_alike: false,
};

impl Peer {
    /// Whether `init` has all that these words mean to this peer.
    fn shares(&self, words: &[&[u8]]) -> bool {
        let exits_alike = |program: &[u8]| program == PROGRAM || self.exits_alike && !program.contains(&b'/');
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            let letters = match word {
                b"--" => return words.next().is_none_or(exits_alike),
                [b'-', b'-', ..] => match self.long.iter().find(|(name, _)| *name == word) {
                    Some((_, letter)) => &[*letter],
                    None => match word.strip_prefix(b"--rewrite=").and_then(|value| (self.reads_alike)(b'r', value)) {
                        Some(true) => continue,
                        _ => return false,
                    },
                },
                [b'-', letters @ ..] if !letters.is_empty() => letters,
                program => return exits_alike(program),
            };
            for (place, letter) in letters.iter().enumerate() {
                if self.flags.contains(letter) {
                    if ANSWERS.contains(letter) {
                        return true;
                    }
                    continue;
                }
                let rest = &letters[place + 1..];
                let value = if rest.is_empty() { words.next().unwrap_or_default() } else { rest };
                match (self.reads_alike)(*letter, value) {
                    Some(true) => break,
                    Some(false) => return false,
                    None => return !LETTERS.contains(letter), // both refuse what neither knows
                }
            }
        }
        true // both refuse a command line without a program
    }
}

/// Compares `init` with a peer.
///
/// # Panics
/// They do not behave alike.
pub fn fuzz(peer: &Peer, bytes: &[u8]) {
    check(peer, testkit::programs::init, bytes);
    command_line::fuzz(bytes); // the code that it reaches leads the fuzzer
}

/// Asserts that this `init` and the peer behave alike, if they share these words.
pub fn check(peer: &Peer, init: impl Fn() -> Command, bytes: &[u8]) {
    let mut words = lines(bytes);
    words.push(PROGRAM);
    if peer.shares(&words) {
        assert_eq!(behavior(init(), &words), behavior(Command::new(peer.path), &words), "init, and {}", peer.path);
    }
}

/// Returns the exit status, and what the program wrote.
fn behavior(mut command: Command, words: &[&[u8]]) -> (Option<i32>, String) {
    let output = file(b"");
    command.args(words.iter().map(|word| OsStr::from_bytes(word)));
    // Unless told otherwise, tini takes options after the program as its own.
    command.env_clear().envs([("PATH", FOLDER), ("POSIXLY_CORRECT", "1")]).env("OUTPUT", output.path());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    (status.code(), String::from_utf8_lossy(&fs::read(output.path()).expect("it can be read")).into_owned())
}
