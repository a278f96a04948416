//! Finds the bundle and the log in the arguments of a runtime, as `runc`, `crun` and `youki` find them.
//!
//! An option that none of them has is not guessed: such a command is handed on unchanged.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// A command that starts a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The folder of `config.json`.
    pub bundle: PathBuf,
    /// Where the runtime writes its errors, if not only to standard error.
    pub log: Option<PathBuf>,
    /// Whether it writes them as JSON.
    pub log_is_json: bool,
}

/// Whether an option has a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    None,
    Needed,
}
use Value::{Needed, None as NoValue};

/// The options before the command: those of runc, of crun, and youki's short ones.
const GLOBAL: [(&str, Value); 12] = [
    ("--debug", NoValue),
    ("--log", Needed),
    ("--log-format", Needed),
    ("--root", Needed),
    ("--criu", Needed),
    ("--systemd-cgroup", NoValue),
    ("--rootless", Needed),
    ("--cgroup-manager", Needed),
    ("--log-level", Needed),
    ("-l", Needed),
    ("-r", Needed),
    ("-s", NoValue),
];

/// The options of `create` and `run`. `--config` is missing on purpose: it names another file, outside the bundle.
const OF_COMMAND: [(&str, Value); 14] = [
    ("--bundle", Needed),
    ("-b", Needed),
    ("--console-socket", Needed),
    ("--pidfd-socket", Needed),
    ("--pid-file", Needed),
    ("--preserve-fds", Needed),
    ("--no-pivot", NoValue),
    ("--no-new-keyring", NoValue),
    ("--no-subreaper", NoValue),
    ("--detach", NoValue),
    ("-d", NoValue),
    ("--keep", NoValue),
    ("-c", Needed),
    ("-p", Needed),
];

/// Returns what these arguments, without the name of the program, start. Returns `None` for every other command, and if an
/// option is unknown.
pub fn start_of_container(arguments: &[OsString]) -> Option<Start> {
    let mut start = Start { bundle: ".".into(), log: None, log_is_json: false };
    let mut words = arguments.iter().map(OsString::as_os_str);
    let command = loop {
        let word = words.next()?;
        if !word.as_bytes().starts_with(b"-") {
            break word;
        }
        match parse(word, &mut words, &GLOBAL)? {
            ("--log" | "-l", value) => start.log = log_file(value),
            ("--log-format", value) => start.log_is_json = value == "json",
            _ => (),
        }
    };
    if command != "create" && command != "run" {
        return None;
    }
    // runc also takes options after the container's name; crun fails then, whatever the bundle is.
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        if !word.as_bytes().starts_with(b"-") {
            continue;
        }
        // An empty value is the working directory for runc, and an error for the others.
        if let ("--bundle" | "-b", value) = parse(word, &mut words, &OF_COMMAND)? {
            start.bundle = if value.is_empty() { ".".into() } else { value.into() };
        }
    }
    Some(start)
}

/// Returns the option of a word and its value, which may be the next word.
fn parse<'a>(
    word: &'a OsStr,
    words: &mut impl Iterator<Item = &'a OsStr>,
    options: &[(&'static str, Value)],
) -> Option<(&'static str, &'a OsStr)> {
    let bytes = word.as_bytes();
    // Only after a long name: `-b=x` is `x` for runc, and `=x` for crun.
    let equals = bytes.iter().position(|byte| *byte == b'=').filter(|_| bytes.starts_with(b"--"));
    let (name, value) = match equals {
        Some(at) => (&bytes[..at], Some(OsStr::from_bytes(&bytes[at + 1..]))),
        None => (bytes, None),
    };
    let (name, needs) = *options.iter().find(|(known, _)| known.as_bytes() == name)?;
    match (value, needs) {
        (Some(value), _) => Some((name, value)), // of a flag too: `--detach=true`
        (None, NoValue) => Some((name, OsStr::new(""))),
        (None, Needed) => Some((name, words.next()?)),
    }
}

/// Returns the path of a log. crun also has logs that are no files.
fn log_file(value: &OsStr) -> Option<PathBuf> {
    let bytes = value.as_bytes();
    let is_other = bytes.is_empty() || [&b"journald:"[..], b"syslog:"].iter().any(|prefix| bytes.starts_with(prefix));
    let path = bytes.strip_prefix(b"file:").unwrap_or(bytes);
    (!is_other).then(|| OsStr::from_bytes(path).into())
}
