//! `init` and what it starts: how the tests here begin, and how they hear what is said.

use sandbox::programs::{init, path};
use sandbox::{Member, Pod};
use std::io::{BufRead, BufReader};
use std::process::{ChildStdout, Command, Output, Stdio};

/// `init` with these arguments, both of its outputs in pipes.
pub fn piped(arguments: &[&str]) -> Command {
    let mut program = init();
    program.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for variable in ["TINI_SUBREAPER", "TINI_VERBOSITY", "TINI_KILL_PROCESS_GROUP"] {
        program.env_remove(variable);
    }
    program
}

/// Where the witness is.
pub fn witness() -> &'static str {
    path("witness").to_str().expect("a path of this project")
}

/// What comes of `init` with these arguments, as process 1.
#[track_caller]
pub fn outcome(arguments: &[&str]) -> Output {
    Pod::start(piped(arguments)).wait()
}

/// The same with a witness of this, after the options.
#[track_caller]
pub fn witnessed(options: &[&str], what: &[&str]) -> Output {
    outcome(&[options, &["--", witness()], what].concat())
}

/// What was written to a stream.
pub fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("it is text")
}

/// Numbers that witnesses tell, one after the other.
pub struct Told(BufReader<ChildStdout>);

impl Told {
    /// What comes from the standard output of a process. Returns when one witness has begun.
    #[track_caller]
    pub fn by(member: &mut Member) -> Self {
        let mut told = Self(BufReader::new(member.streams().stdout.take().expect("it has a pipe")));
        assert_eq!(told.next(), Some(0), "a witness begins");
        told
    }

    /// All that is still told, until nobody is left who could.
    pub fn rest(mut self) -> Vec<i32> {
        std::iter::from_fn(|| self.next()).collect()
    }

    /// The next number; nothing where nobody is left.
    pub fn next(&mut self) -> Option<i32> {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a pipe can be read");
        line.trim().parse().ok()
    }
}
