//! Prints the help, the version, and mistakes in the options.

use super::log;
use super::options::Mistake;
use crate::sys::file;
use core::ffi::c_int;

/// The help.
pub const HELP: &str = "\
usage: init [OPTIONS] [--] PROGRAM [ARGS...]
-s\tbe a subreaper
-p SIG\tget SIG when the parent ends
-g\tsignal PROGRAM's group
-c\tshare our group with PROGRAM
-r A:B\tsend B for A; 0 for none
-e CODE\texit 0 for CODE
-t SECS\task the rest to end, and wait
-w -v\twarn of reaping, say more
-k\tkeep INIT_OPTIONS
-P\tpause, and start nothing
--install DIR\tcopy init to DIR
Apache-2.0
";

/// The version. Docker shows the text after `git.` as the commit, if it contains no dot. Here it is the tag, with dashes
/// for dots.
pub const VERSION: &str = concat!(
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

/// Where the words of the options came from.
#[derive(Clone, Copy)]
pub enum Source {
    /// The command line.
    CommandLine,
    /// The environment variable that holds options.
    Variable,
}

/// Prints a message about the mistake in `word`, and the help. Returns the status to exit with.
pub fn report(mistake: Mistake, word: &[u8], source: Source) -> c_int {
    match (mistake, source) {
        (Mistake::NoProgram, _) => log::text(b"PROGRAM is missing"),
        (_, Source::Variable) => log::joined(word, b": mistake in INIT_OPTIONS"),
        (Mistake::WrongValue, _) => log::joined(word, b": wrong value"),
        (Mistake::UnknownOption, _) => log::joined(word, b": unknown option"),
    }
    log::to_stderr(HELP.as_bytes());
    1
}

/// Prints to standard output. Returns the status to exit with: 0 if all of the text was written, otherwise 1.
pub fn print(text: &str) -> c_int {
    match file::write(libc::STDOUT_FILENO, text.as_bytes()) {
        Ok(length) if length as usize == text.len() => 0,
        _ => 1,
    }
}
