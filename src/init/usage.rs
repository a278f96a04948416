//! Prints the help, the version, and mistakes in the options.

use super::log;
use super::options::Stop;
use crate::sys::file;
use core::ffi::c_int;

const HELP: &str = "\
usage: init [OPTIONS] [--] PROGRAM [ARGS...]
-s\tbe a subreaper
-p SIG\tget SIG when the parent ends
-g\tsignal PROGRAM's group
-c\tshare our group with PROGRAM
-r A:B\tsend B for A; 0 for none
-e CODE\texit 0 for CODE
-t SECS\twait for the rest to end
-w -v\twarn of reaping, say more
-k\tkeep INIT_OPTIONS
Apache-2.0
";

/// Docker shows the word after `git.` as the commit, up to the first dot. Here it is the tag, with dashes for dots.
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

/// Where a word was found.
#[derive(Clone, Copy)]
pub enum Source {
    /// On the command line.
    CommandLine,
    /// In the environment variable that holds options.
    Variable,
}

/// Prints the help or the version, or a message about `word`, which the parser has found in `source`. Returns the
/// status to exit with.
pub fn answer(stop: Stop, word: &[u8], source: Source) -> c_int {
    match (stop, source) {
        (Stop::Help, _) => return print(HELP),
        (Stop::Version, _) => return print(VERSION),
        (Stop::NoProgram, _) => log::text(b"PROGRAM is missing"),
        (_, Source::Variable) => log::two(word, b": mistake in INIT_OPTIONS"),
        (Stop::WrongValue, _) => log::two(word, b": wrong value"),
        _ => log::two(word, b": unknown option"),
    }
    log::to_stderr(HELP.as_bytes());
    1
}

/// Prints to standard output. Returns the status to exit with: 0 if all of the text was written, otherwise 1.
fn print(text: &str) -> c_int {
    match file::write(libc::STDOUT_FILENO, text.as_bytes()) {
        Ok(length) if length as usize == text.len() => 0,
        _ => 1,
    }
}
