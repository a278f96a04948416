//! What `init` prints when it is asked for help or its version, or the command line is wrong.

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

/// Docker looks for a word without dots after `git.`, and calls that the commit: here it is the tag.
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

/// Does what was asked for instead of running a program, or says what is wrong with `word`, which may be in the variable
/// that holds options. Returns the status to exit with.
pub fn answer(stop: Stop, word: &[u8], is_in_variable: bool) -> c_int {
    match (stop, is_in_variable) {
        (Stop::Help, _) => return print(HELP),
        (Stop::Version, _) => return print(VERSION),
        (Stop::NoProgram, _) => log::line(b"PROGRAM is missing", b"", None),
        (_, true) => log::line(word, b": mistake in INIT_OPTIONS", None),
        (Stop::WrongValue, _) => log::line(word, b": wrong value", None),
        _ => log::line(word, b": unknown option", None),
    }
    log::to_stderr(HELP.as_bytes());
    1
}

/// Prints to standard output. Returns 0 if all of it was written, else 1.
fn print(text: &str) -> c_int {
    match file::write(libc::STDOUT_FILENO, text.as_bytes()) {
        Ok(length) if length as usize == text.len() => 0,
        _ => 1,
    }
}
