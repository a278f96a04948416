//! `init` and what it starts: how the tests here begin, and how they hear what is said.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use testkit::deadline::PATIENCE;
use testkit::programs::{init, path};
use testkit::{Pod, PodProcess};

/// `init` with these arguments, both of its outputs in pipes.
pub fn piped(arguments: &[&str]) -> Command {
    let mut program = init();
    program.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for variable in ["INIT_OPTIONS", "TINI_SUBREAPER", "TINI_VERBOSITY", "TINI_KILL_PROCESS_GROUP"] {
        program.env_remove(variable);
    }
    program
}

/// Where the witness is.
pub fn probe_child() -> &'static str {
    path("probe-child").to_str().expect("a path of this project")
}

/// What comes of `init` with these arguments, as process 1.
#[track_caller]
pub fn outcome(arguments: &[&str]) -> Output {
    Pod::start(piped(arguments)).wait()
}

/// The same with a witness of this, after the options.
#[track_caller]
pub fn probed(options: &[&str], what: &[&str]) -> Output {
    outcome(&[options, &["--", probe_child()], what].concat())
}

/// What was written to a stream.
pub fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("it is text")
}

/// Numbers that witnesses tell, one after the other.
pub struct Told(Receiver<i32>);

impl Told {
    /// What comes from the standard output of a process. Returns when one witness has begun.
    #[track_caller]
    pub fn by(member: &mut PodProcess) -> Self {
        let lines = BufReader::new(member.streams().stdout.take().expect("it has a pipe")).lines();
        let numbers = lines.map_while(|line| line.ok()?.trim().parse().ok());
        let (sender, told) = channel();
        thread::spawn(move || numbers.map(|number| sender.send(number)).all(|sent| sent.is_ok()));
        let mut told = Self(told);
        assert_eq!(told.next(), Some(0), "a witness begins");
        told
    }

    /// All that is still told, until nobody is left who could.
    #[track_caller]
    pub fn rest(mut self) -> Vec<i32> {
        let mut rest = Vec::new();
        while let Some(number) = self.next() {
            rest.push(number);
        }
        rest
    }

    /// The next number; nothing where nobody is left.
    #[track_caller]
    pub fn next(&mut self) -> Option<i32> {
        match self.0.recv_timeout(PATIENCE) {
            Ok(number) => Some(number),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing is told, and somebody is left"),
        }
    }
}
