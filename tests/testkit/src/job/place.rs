//! The places where a program can be started, as far as they matter for job control.

use super::program::ANSWERS;
use super::{PROBE_JOB, PROMPT};
use crate::pod::{Pod, PodProcess};
use crate::programs::pause;
use crate::terminal::{Keyboard, take_control};
use nix::unistd::{Pid, setpgid};
use std::path::Path;
use std::process::{Command, Stdio};

/// An interactive shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    Dash,
    Bash,
}

/// Where the program under test is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// As process 1 of a pod, with a terminal.
    Process1,
    /// As the leader of a session with a terminal.
    SessionLeader,
    /// By a script that leads a session with a terminal: the process group is the script's, and orphaned.
    Script,
    /// By an interactive shell, in the foreground.
    Foreground(Shell),
    /// By a script that an interactive shell started in the foreground.
    ForegroundScript(Shell),
    /// By an interactive shell, in the background.
    Background(Shell),
    /// The same, in a pipeline with another program that reads from the terminal.
    BackgroundBesideReader(Shell),
    /// As process 1 of a pod, without a terminal.
    Process1WithoutTerminal,
    /// Without a terminal, in an orphaned process group.
    OrphanedWithoutTerminal,
    /// Without a terminal, in a process group of its own whose parent is in the same session: it is not orphaned.
    ChildWithoutTerminal,
}

impl Shell {
    /// It, interactive, and without anybody's settings.
    fn command(self) -> Command {
        let words: &[&str] = match self {
            Self::Dash => &["dash", "-i"],
            Self::Bash => &["bash", "--norc", "--noprofile", "--noediting", "-i"],
        };
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("PS1", PROMPT).env_remove("ENV").env("HISTFILE", "/dev/null");
        command
    }

    /// Whether this machine has it.
    fn is_installed(self) -> bool {
        let name = if self == Self::Dash { "dash" } else { "bash" };
        ["/bin", "/usr/bin"].iter().any(|folder| Path::new(folder).join(name).exists())
    }
}

impl Place {
    /// The shell above, where there is one.
    pub fn shell(self) -> Option<Shell> {
        match self {
            Self::Foreground(shell)
            | Self::ForegroundScript(shell)
            | Self::Background(shell)
            | Self::BackgroundBesideReader(shell) => Some(shell),
            _ => None,
        }
    }

    /// Whether a script started it, which has a status of its own.
    pub fn is_script(self) -> bool {
        matches!(self, Self::Script | Self::ForegroundScript(_))
    }

    /// Whether it is process 1 of the pod.
    pub fn is_process_1(self) -> bool {
        matches!(self, Self::Process1 | Self::Process1WithoutTerminal)
    }

    /// Whether there is a terminal.
    pub fn has_terminal(self) -> bool {
        use Place::{ChildWithoutTerminal, OrphanedWithoutTerminal, Process1WithoutTerminal};
        !matches!(self, Process1WithoutTerminal | OrphanedWithoutTerminal | ChildWithoutTerminal)
    }

    /// Whether this machine has what is needed.
    pub fn is_available(self) -> bool {
        self.shell().is_none_or(Shell::is_installed)
    }

    /// Starts these words there: the pod, who was started in it from outside, and the keyboard.
    #[track_caller]
    pub(super) fn start(self, words: &[String]) -> (Pod, Option<PodProcess>, Option<Keyboard>) {
        let line = words.join(" ");
        // Without the second command, a shell would be replaced by the first one.
        let script = format!("{line}; true");
        let mut command = match self.shell() {
            Some(shell) => shell.command(),
            None if self == Self::Script => {
                let mut shell = Command::new("sh");
                shell.args(["-c", &script]);
                shell
            }
            None => {
                let mut command = Command::new(&words[0]);
                command.args(&words[1..]);
                command
            }
        };
        command.env("TINI_VERBOSITY", "0").env_remove("INIT_OPTIONS").env_remove("TINI_SUBREAPER");
        if !self.has_terminal() {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            return match self {
                Self::Process1WithoutTerminal => (Pod::start(command), None, None),
                _ => {
                    let own_group = self == Self::ChildWithoutTerminal;
                    let pod = Pod::with(pause());
                    let member = pod.join_after(command, move || {
                        let this = Pid::from_raw(0);
                        if own_group { Ok(setpgid(this, this)?) } else { Ok(()) }
                    });
                    (pod, Some(member), None)
                }
            };
        }
        let mut keyboard = Keyboard::of(&mut command);
        if self == Self::Process1 {
            return (Pod::start_after(command, take_control), None, Some(keyboard));
        }
        let pod = Pod::with(pause());
        let member = pod.join_after(command, take_control);
        if self.shell().is_some() {
            keyboard.shows(PROMPT);
            keyboard.line(&match self {
                Self::Background(_) => format!("{line} &"),
                // What stops the reader stops everybody in the group who has not begun yet, so it waits for that.
                Self::BackgroundBesideReader(_) => {
                    let answers = Path::new(&words[words.len() - 1]).join(ANSWERS);
                    let begun = answers.display();
                    format!("{line} | sh -c 'until [ -s {begun} ]; do sleep 0.05; done; exec cat /dev/tty' &")
                }
                Self::ForegroundScript(_) => format!("sh -c '{script}'"),
                _ => line,
            });
            keyboard.shows(PROBE_JOB); // as it was typed
        }
        (pod, Some(member), Some(keyboard))
    }
}
