//! The places where a program can be started: job control differs between them.

use super::program::ANSWERS;
use crate::pod::{Pod, PodProcess};
use crate::programs::pause;
use crate::terminal::{Keyboard, take_control};
use nix::unistd::{Pid, setpgid};
use std::path::Path;
use std::process::{Command, Stdio};

/// The shells' prompt.
pub(super) const PROMPT: &str = "prompt> ";

/// The name of the program in the job.
pub(super) const PROBE_CHILD: &str = "probe-child";

/// A part of the job's command line, by which it is found in a shell's output.
pub(super) const PROBE_JOB: &str = "probe-child job ";

/// An interactive shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// Debian's `/bin/sh`.
    Dash,
    /// GNU's shell.
    Bash,
}

/// Where the program under test is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Process 1 of a pod, with a terminal.
    Process1,
    /// The leader of a session with a terminal.
    SessionLeader,
    /// Below a script that leads a session with a terminal, in the script's process group, which is orphaned.
    Script,
    /// Below an interactive shell, in the foreground.
    Foreground(Shell),
    /// Below a script that an interactive shell started in the foreground.
    ForegroundScript(Shell),
    /// Below an interactive shell, in the background.
    Background(Shell),
    /// The same, in a pipeline with a program that reads from the terminal.
    BackgroundBesideReader(Shell),
    /// Process 1 of a pod, without a terminal.
    Process1WithoutTerminal,
    /// Without a terminal, in an orphaned process group.
    OrphanedWithoutTerminal,
    /// Without a terminal, in a process group that is not orphaned: its parent is in the session, but in another group.
    ChildWithoutTerminal,
}

impl Shell {
    /// Returns the command of an interactive shell that reads no user's settings.
    fn command(self) -> Command {
        let words: &[&str] = match self {
            Self::Dash => &["dash", "-i"],
            Self::Bash => &["bash", "--norc", "--noprofile", "--noediting", "-i"],
        };
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("PS1", PROMPT).env_remove("ENV").env("HISTFILE", "/dev/null");
        command
    }

    /// Returns whether this machine has the shell.
    fn is_installed(self) -> bool {
        let name = if self == Self::Dash { "dash" } else { "bash" };
        ["/bin", "/usr/bin"].iter().any(|folder| Path::new(folder).join(name).exists())
    }
}

impl Place {
    /// Returns the interactive shell, if there is one.
    pub fn shell(self) -> Option<Shell> {
        match self {
            Self::Foreground(shell)
            | Self::ForegroundScript(shell)
            | Self::Background(shell)
            | Self::BackgroundBesideReader(shell) => Some(shell),
            _ => None,
        }
    }

    /// Returns whether a script started the job. It exits with a status of its own.
    pub fn is_script(self) -> bool {
        matches!(self, Self::Script | Self::ForegroundScript(_))
    }

    /// Returns whether this is process 1 of the pod.
    pub fn is_process_1(self) -> bool {
        matches!(self, Self::Process1 | Self::Process1WithoutTerminal)
    }

    /// Returns whether there is a terminal.
    pub fn has_terminal(self) -> bool {
        use Place::{ChildWithoutTerminal, OrphanedWithoutTerminal, Process1WithoutTerminal};
        !matches!(self, Process1WithoutTerminal | OrphanedWithoutTerminal | ChildWithoutTerminal)
    }

    /// Returns whether this machine has the shell, if one is needed.
    pub fn is_available(self) -> bool {
        self.shell().is_none_or(Shell::is_installed)
    }

    /// Starts this command line there. Returns the pod, the process that has joined it, and the keyboard.
    #[track_caller]
    pub(super) fn start(self, words: &[String]) -> (Pod, Option<PodProcess>, Option<Keyboard>) {
        let line = words.join(" ");
        // Without a second command, a shell would execute the first one in its own process.
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
                    let pod = Pod::with(pause());
                    let member = pod.join_after(command, move || {
                        if self == Self::ChildWithoutTerminal {
                            setpgid(Pid::from_raw(0), Pid::from_raw(0))?; // a group of its own
                        }
                        Ok(())
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
                // Reading stops the whole process group, so the reader waits until the program has begun.
                Self::BackgroundBesideReader(_) => {
                    let answers = Path::new(&words[words.len() - 1]).join(ANSWERS);
                    let begun = answers.display();
                    format!("{line} | sh -c 'until [ -s {begun} ]; do sleep 0.05; done; exec cat /dev/tty' &")
                }
                Self::ForegroundScript(_) => format!("sh -c '{script}'"),
                _ => line,
            });
            keyboard.shows(PROBE_JOB); // the terminal's echo
        }
        (pod, Some(member), Some(keyboard))
    }
}
