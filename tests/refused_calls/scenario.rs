//! A scenario: a program, its options, where and in which setting it is started, and its outcome if no call is refused.

use std::path::Path;
use std::time::Duration;
use testkit::deadline::timeout;
use testkit::programs::path;

#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    pub name: &'static str,
    pub program: Program,
    pub place: Place,
    pub options: &'static [&'static str],
    pub starts: Starts,
    pub setting: Setting,
    /// The outcome if no call is refused.
    pub normal: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Pause,
    Init,
    /// Any other program, for the controls.
    Other(&'static Path),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Process 1 of a pod.
    Process1,
    /// Another process, in a pod whose process 1 is `pause`.
    Ordinary,
}

/// The program that `init` starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starts {
    Nothing,
    /// `pause`, which works without most calls, and exits with 0 on SIGTERM.
    Pause,
    /// `sleep`, which writes nothing.
    Sleep,
    /// `cat`, which copies the terminal's input.
    Cat,
    /// A file that does not exist.
    NoFile,
}

/// The standard input, descriptors, children and attributes that the program is started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    Plain,
    /// Its standard input is its controlling terminal.
    Terminal,
    /// It has a controlling terminal that is none of its standard streams.
    OtherTerminal,
    /// The same, and its standard input is closed.
    ClosedInput,
    /// It inherits three descriptors of `/dev/zero`.
    Descriptors,
    /// It inherits one with a number above the usual limit.
    HighDescriptor,
    /// It has a child that writes [`CHILD_TERMINATED`] and exits on SIGTERM.
    Child,
    /// Its parent-death signal is SIGUSR2.
    ParentDeathSignal,
}

/// The outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub end: End,
    pub stdout: &'static str,
    /// The lines, in any order, as two processes write them. `{error}` stands for the number of the error.
    pub stderr: &'static [&'static str],
    /// How many of the inherited descriptors it kept open.
    pub kept: usize,
}

/// When and how a program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It exits before it is sent a signal.
    Early(i32),
    /// It exits on SIGTERM.
    OnSigterm(i32),
    /// It does not exit on SIGTERM. It exits when the program that it started has exited on SIGTERM.
    WithProgram(i32),
    /// An illegal instruction ends it, or a breakpoint.
    Crashes,
    /// Another signal kills it.
    Killed(i32),
    /// It uses the CPU without end.
    Spins,
    /// It neither exits nor uses the CPU.
    Hangs,
}

pub const CHILD_TERMINATED: &str = "the child received SIGTERM";
/// The lines of `pause`.
pub const WARNING: &str = "Warning: pause should be the first process";
pub const TERMINATED: &str = "Shutting down, got signal: Terminated";

/// The program exits before it is sent a signal.
pub const fn exits(status: i32, stderr: &'static [&'static str]) -> Outcome {
    ends(End::Early(status), stderr)
}

/// The program works: it reaps, forwards signals if it is `init`, and exits with 0 on SIGTERM.
pub const fn works(stderr: &'static [&'static str]) -> Outcome {
    ends(End::OnSigterm(0), stderr)
}

/// `init` does not forward SIGTERM, and exits with 0 when the program that it started has exited.
pub const fn stays(stderr: &'static [&'static str]) -> Outcome {
    ends(End::WithProgram(0), stderr)
}

pub const fn crashes(stderr: &'static [&'static str]) -> Outcome {
    ends(End::Crashes, stderr)
}

pub const fn ends(end: End, stderr: &'static [&'static str]) -> Outcome {
    Outcome { end, stdout: "", stderr, kept: 0 }
}

impl Outcome {
    pub const fn writes(self, stdout: &'static str) -> Self {
        Self { stdout, ..self }
    }

    pub const fn keeps(self, kept: usize) -> Self {
        Self { kept, ..self }
    }
}

impl Scenario {
    pub fn path(&self) -> &'static Path {
        match self.program {
            Program::Pause => path("pause"),
            Program::Init => path("init"),
            Program::Other(path) => path,
        }
    }

    pub fn arguments(&self) -> Vec<String> {
        let pause = path("pause").display().to_string();
        let program: &[&str] = match self.starts {
            Starts::Nothing => &[],
            Starts::Pause => &["--", &pause],
            Starts::Sleep => &["--", "sleep", "1000"],
            Starts::Cat => &["--", "cat"],
            Starts::NoFile => &["--", "/no/such/file"],
        };
        self.options.iter().chain(program).copied().map(String::from).collect()
    }
}

/// When a program is idle, and when it hangs.
#[derive(Clone, Copy)]
pub struct Timing {
    /// A program that needs longer for a step hangs.
    pub timeout: Duration,
    /// A program that does nothing for this long is idle.
    pub idle: Duration,
    /// Whether its calls are recorded: then it sleeps in each of them.
    pub is_recorded: bool,
}

impl Timing {
    /// That of a run with nothing special.
    pub fn normal() -> Self {
        Self { timeout: timeout(), idle: Duration::from_millis(2), is_recorded: false }
    }

    /// That of a run whose calls are recorded.
    pub fn recorded() -> Self {
        Self { idle: Duration::from_millis(10), is_recorded: true, ..Self::normal() }
    }
}
