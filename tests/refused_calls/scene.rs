//! A scene: a program, where it runs, its arguments, what it finds there, and what it does while nothing is refused.

use std::path::Path;
use std::time::Duration;
use testkit::programs::path;

/// What is run, without the refused calls.
#[derive(Debug)]
pub struct Scene {
    pub name: &'static str,
    pub program: Program,
    pub place: Place,
    pub options: &'static [&'static str],
    pub starts: Starts,
    pub setting: Setting,
    /// What the program does while nothing is refused.
    pub normal: Outcome,
}

/// Which program is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Pause,
    Init,
    /// Any other program, for the controls.
    Other(&'static Path),
}

/// Where it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Process 1 of a pod.
    First,
    /// Another process, in a pod whose process 1 is `pause`.
    Ordinary,
}

/// What `init` starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starts {
    Nothing,
    /// `pause`, which works without most calls, and exits with 0 when it gets SIGTERM.
    Pause,
    /// It writes nothing.
    Sleep,
    /// It copies what is typed.
    Cat,
    /// A file that does not exist.
    NoFile,
}

/// What it finds there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    Plain,
    /// Its standard input is its controlling terminal.
    Terminal,
    /// It has a controlling terminal, which none of its descriptors refers to.
    TerminalElsewhere,
    /// The same, and its standard input is closed.
    ClosedInput,
    /// It inherits three descriptors of `/dev/zero`.
    Descriptors,
    /// It inherits one with a number that is greater than the usual limit.
    HighDescriptor,
    /// It has a child that writes [`ASKED`] and exits when it gets SIGTERM.
    Child,
    /// The kernel is to send it SIGUSR2 when its parent ends.
    ParentDeathSignal,
}

/// What became of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub end: End,
    pub stdout: &'static str,
    /// The lines, in any order: two processes write them. `{error}` stands for the number of the error.
    pub stderr: &'static [&'static str],
    /// How many of the inherited descriptors it kept open.
    pub kept: usize,
}

/// When and how a program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It exits before it is sent a signal.
    AtOnce(i32),
    /// It exits when it is sent SIGTERM.
    OnSigterm(i32),
    /// It does not exit when it is sent SIGTERM, and exits when the program that it has started is sent SIGTERM.
    WithProgram(i32),
    /// An illegal instruction ends it.
    Crashes,
    /// Another signal ends it.
    Dies(i32),
    /// It uses the CPU without end.
    Spins,
    /// It neither exits nor uses the CPU.
    Hangs,
}

/// The line of a child that was asked to end.
pub const ASKED: &str = "the child was asked to end";
/// The lines of `pause`.
pub const WARNING: &str = "Warning: pause should be the first process";
pub const TERMINATED: &str = "Shutting down, got signal: Terminated";

impl Outcome {
    pub const fn new(end: End, stderr: &'static [&'static str]) -> Self {
        Self { end, stdout: "", stderr, kept: 0 }
    }

    pub const fn exits(status: i32, stderr: &'static [&'static str]) -> Self {
        Self::new(End::AtOnce(status), stderr)
    }

    /// It reaps, or forwards signals, and exits with 0 when it is sent SIGTERM.
    pub const fn works(stderr: &'static [&'static str]) -> Self {
        Self::new(End::OnSigterm(0), stderr)
    }

    pub const fn writes(self, stdout: &'static str) -> Self {
        Self { stdout, ..self }
    }

    pub const fn keeps(self, kept: usize) -> Self {
        Self { kept, ..self }
    }
}

impl Scene {
    /// The path of its program.
    pub fn path(&self) -> &'static Path {
        match self.program {
            Program::Pause => path("pause"),
            Program::Init => path("init"),
            Program::Other(path) => path,
        }
    }

    /// Its arguments.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> = self.options.iter().copied().map(String::from).collect();
        match self.starts {
            Starts::Nothing => {}
            Starts::Pause => arguments.extend(["--".into(), path("pause").display().to_string()]),
            Starts::Sleep => arguments.extend(["--".into(), "sleep".into(), "1000".into()]),
            Starts::Cat => arguments.extend(["--".into(), "cat".into()]),
            Starts::NoFile => arguments.extend(["--".into(), "/no/such/file".into()]),
        }
        arguments
    }
}

/// How long a program may take for each thing that it does.
#[derive(Clone, Copy)]
pub struct Patience {
    pub hang: Duration,
    /// For how long nothing must happen, so that nothing more is expected.
    pub rest: Duration,
    /// Whether its calls are recorded: then it sleeps in each of them.
    pub is_recorded: bool,
}

impl Patience {
    pub const USUAL: Self =
        Self { hang: testkit::deadline::PATIENCE, rest: Duration::from_millis(2), is_recorded: false };
    pub const RECORDED: Self = Self { rest: Duration::from_millis(10), is_recorded: true, ..Self::USUAL };
}
