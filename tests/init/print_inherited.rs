//! Starts the program `given`, with `init` in between or without it, and reads what it has written down.

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
pub enum Situation {
    /// As process 1 of a pod.
    Process1,
    /// `init` is process 1.
    UnderProcess1,
    /// `init` is process 1, its program is another `init`, and the program of that is `given`.
    UnderTwo,
    /// Outside of any pod.
    Outside,
    /// Likewise, under an `init` that is a subreaper.
    UnderSubreaper,
}

pub use Situation::*;

/// The situations with `init`, each with the same situation without it.
pub const PAIRS: [(Situation, Situation); 3] =
    [(UnderProcess1, Process1), (UnderTwo, Process1), (UnderSubreaper, Outside)];

/// The program, and what it was given.
pub struct Given {
    /// What was started: `init`, if there is one.
    pub member: PodProcess,
    pub text: String,
    _keyboard: Option<Keyboard>,
}

impl Given {
    /// Starts the program at a terminal or not, with these variables, after this step. It inherits
    /// the standard streams and what descriptors the step adds. It stays until it is killed.
    #[track_caller]
    pub fn that_stays(
        situation: Situation,
        has_terminal: bool,
        variables: &[&str],
        step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::start(situation, has_terminal, variables, &["stay"], step)
    }

    #[track_caller]
    fn start(
        situation: Situation,
        has_terminal: bool,
        variables: &[&str],
        more: &[&str],
        mut step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("given");
        let mut command = under(situation);
        command.arg(&file).args(more).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
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
        let mut member = match situation {
            Outside | UnderSubreaper => PodProcess::outside_after(command, last_step),
            Process1 | UnderProcess1 | UnderTwo => Pod::start_after(command, last_step).into_init(),
        };
        until("everything is written down, or it fails", || file.exists() || member.status().is_some());
        let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("{situation:?}: {:?}", member.status()));
        Self { member, text, _keyboard: keyboard }
    }

    /// The line that begins with this.
    #[track_caller]
    pub fn line(&self, beginning: &str) -> &str {
        let line = self.text.lines().find_map(|line| line.strip_prefix(beginning));
        line.unwrap_or_else(|| panic!("{beginning:?} is not in:\n{}", self.text)).trim()
    }

    /// The lines that begin with this, without it.
    pub fn lines(&self, beginning: &str) -> Vec<&str> {
        self.text.lines().filter_map(|line| line.strip_prefix(beginning)).collect()
    }
}

/// What the program is given in this situation, at a terminal or not, with these variables, after this step.
#[track_caller]
pub fn given(
    situation: Situation,
    has_terminal: bool,
    variables: &[&str],
    step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) -> Given {
    let mut given = Given::start(situation, has_terminal, variables, &[], step);
    until("it has ended", || given.member.status().is_some());
    given
}

/// The program, to which arguments can be added, in this situation.
fn under(situation: Situation) -> Command {
    let options: &[&[&str]] = match situation {
        Process1 | Outside => &[],
        UnderProcess1 => &[&["--"]],
        UnderTwo => &[&["--"], &["-s", "--"]],
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
