//! Starts the program `print-inherited`, under `init` or without it, and reads what it has inherited.

use std::fs;
use std::io;
use std::process::{Command, Stdio};
use testkit::descriptors::close_others_on_execution;
use testkit::programs::{init, path};
use testkit::terminal::{Keyboard, take_control};
use testkit::variables::execute_with;
use testkit::{Pod, PodProcess, until};

/// Where the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// The program is process 1 of a pod.
    Process1,
    /// `init` is process 1.
    UnderProcess1,
    /// `init` is process 1, its program is a second `init`, and the program is started by that.
    UnderNestedInit,
    /// The program is in no pod.
    NoPod,
    /// The program is in no pod, under an `init` that is a subreaper.
    UnderSubreaper,
}

pub use Scenario::*;

/// The scenarios with `init`, each with the same scenario without it: the control.
pub const PAIRS: [(Scenario, Scenario); 3] =
    [(UnderProcess1, Process1), (UnderNestedInit, Process1), (UnderSubreaper, NoPod)];

/// What the program has inherited.
pub struct Inherited {
    /// The outermost process: `init`, or the program without it.
    pub process: PodProcess,
    /// What `print-inherited` has written.
    pub text: String,
    _keyboard: Option<Keyboard>,
}

impl Inherited {
    /// The rest of the line that begins with this.
    #[track_caller]
    pub fn line(&self, beginning: &str) -> &str {
        let line = self.text.lines().find_map(|line| line.strip_prefix(beginning));
        line.unwrap_or_else(|| panic!("{beginning:?} is not in:\n{}", self.text)).trim()
    }

    /// The rest of each line that begins with this.
    pub fn lines(&self, beginning: &str) -> Vec<&str> {
        self.text.lines().filter_map(|line| line.strip_prefix(beginning)).collect()
    }
}

/// Runs the program at a terminal or without one, with exactly these variables, after this last step. It inherits the
/// standard streams and the descriptors that the step adds.
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

/// Likewise, but the program keeps running until it is killed.
#[track_caller]
pub fn inherited_by_running(
    scenario: Scenario,
    has_terminal: bool,
    step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) -> Inherited {
    start(scenario, has_terminal, &[], &["stay"], step)
}

#[track_caller]
fn start(
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

/// The command that starts the program in this scenario. It takes the arguments of the program.
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
