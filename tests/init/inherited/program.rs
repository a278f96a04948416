//! Starts the program `print-inherited`, under `init` or without it, and reads what it has inherited.

use std::fs;
use std::io;
use std::process::{Command, Stdio};
use testkit::descriptors::close_others_on_execution;
use testkit::platform::EmulatorLimit;
use testkit::programs::{init, path};
use testkit::terminal::{Keyboard, take_control};
use testkit::variables::execute_with;
use testkit::{Pod, PodProcess, until};

/// Where the program runs, and whether `init` starts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// The program is process 1 of a pod.
    Process1,
    /// `init` is process 1.
    UnderProcess1,
    /// `init` is process 1 and starts a second `init`, which starts the program.
    UnderNestedInit,
    /// The program is in no pod.
    NoPod,
    /// No process is in a pod. `init`, a subreaper, starts the program.
    UnderSubreaper,
}

pub use Scenario::*;

/// Returns the scenarios with `init`, each with the same scenario without it: the control. Returns none if the kernel
/// executes an emulator instead of the program.
pub fn pairs() -> &'static [(Scenario, Scenario)] {
    const PAIRS: [(Scenario, Scenario); 3] =
        [(UnderProcess1, Process1), (UnderNestedInit, Process1), (UnderSubreaper, NoPod)];
    if EmulatorLimit::OwnProcess.applies() { &[] } else { &PAIRS }
}

/// What the program has inherited.
pub struct Inherited {
    /// The outermost `init`, or the program without it.
    pub process: PodProcess,
    /// What `print-inherited` has written.
    pub text: String,
    _keyboard: Option<Keyboard>,
}

impl Inherited {
    /// Returns the rest of the line that begins with `beginning`.
    #[track_caller]
    pub fn line(&self, beginning: &str) -> &str {
        let line = self.text.lines().find_map(|line| line.strip_prefix(beginning));
        line.unwrap_or_else(|| panic!("{beginning:?} is not in:\n{}", self.text)).trim()
    }

    /// Returns the rest of each line that begins with `beginning`.
    pub fn lines(&self, beginning: &str) -> Vec<&str> {
        self.text.lines().filter_map(|line| line.strip_prefix(beginning)).collect()
    }
}

/// Runs the program with exactly these variables until it exits. It inherits the standard streams, and the descriptors
/// that the last step adds.
#[track_caller]
pub fn inherited(
    scenario: Scenario,
    has_terminal: bool,
    variables: &[&str],
    step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) -> Inherited {
    let mut inherited = start(scenario, has_terminal, variables, &[], step);
    until("the program and init have exited", || inherited.process.status().is_some());
    inherited
}

/// Starts the program likewise, with these arguments, and returns when it has written what it inherits. With the
/// argument `stay`, it runs until it is killed.
#[track_caller]
pub fn start(
    scenario: Scenario,
    has_terminal: bool,
    variables: &[&str],
    arguments: &[&str],
    mut step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) -> Inherited {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("inherited");
    let mut command = command(scenario);
    command.arg(&file).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let keyboard = has_terminal.then(|| Keyboard::of(&mut command));
    let mut execute = execute_with(&command, variables);
    let last_step = move || {
        if has_terminal {
            take_control()?;
        }
        close_others_on_execution()?;
        step()?;
        execute()
    };
    let mut process = match scenario {
        NoPod | UnderSubreaper => PodProcess::outside_after(command, last_step),
        Process1 | UnderProcess1 | UnderNestedInit => Pod::start_after(command, last_step).into_init(),
    };
    until("the program has written the file, or init has exited", || file.exists() || process.status().is_some());
    let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("{scenario:?}: {:?}", process.status()));
    Inherited { process, text, _keyboard: keyboard }
}

/// Returns the command that starts the program. Arguments that are added to it are those of the program.
fn command(scenario: Scenario) -> Command {
    let options: &[&[&str]] = match scenario {
        Process1 | NoPod => &[],
        UnderProcess1 => &[&["--"]],
        UnderNestedInit => &[&["--"], &["-s", "--"]],
        UnderSubreaper => &[&["-s", "--"]],
    };
    let mut words = Vec::new();
    for options in options {
        let init = init();
        words.push(init.get_program().to_owned());
        words.extend(init.get_args().map(ToOwned::to_owned));
        words.extend(options.iter().map(Into::into));
    }
    words.push(path("print-inherited").into());
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}
