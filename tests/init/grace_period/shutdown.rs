//! `init` with a grace period, as process 1 or as a subreaper, and a shell as its program, which the test ends.

use crate::run::{SignalLog, command, kill_in, probe_child, sorted};
use nix::sys::signal::Signal;
use std::fs;
use std::process::Stdio;
use tempfile::TempDir;
use testkit::deadline::until_some;
use testkit::platform::EmulatorLimit;
use testkit::programs::pause;
use testkit::terminal::{Keyboard, take_control};
use testkit::{Pod, PodProcess};

/// Whether `init` is process 1 of the pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Process1,
    Subreaper,
}

pub use Role::Process1;
use Role::Subreaper;

/// Returns both roles, or only the first if the emulator refuses subreapers.
pub fn roles() -> &'static [Role] {
    if EmulatorLimit::NoSubreaper.applies() { &[Process1] } else { &[Process1, Subreaper] }
}

/// `init` with a grace period longer than any test, and a shell as its program.
pub struct Shutdown {
    pub pod: Pod,
    /// `init`, unless it is process 1 of the pod.
    subreaper: Option<PodProcess>,
    pub keyboard: Option<Keyboard>,
    log: SignalLog,
    folder: TempDir,
}

impl Shutdown {
    /// Starts the shell with a script that starts a probe child: PROBE stands for its path. Then the shell waits. It
    /// exits with 7 on SIGUSR2.
    #[track_caller]
    pub fn start(role: Role, options: &str, script: &str) -> Self {
        Self::start_at(false, role, options, script)
    }

    /// Likewise, at a terminal or without one.
    #[track_caller]
    pub fn start_at(has_terminal: bool, role: Role, options: &str, script: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("pid");
        let script = script.replace("PROBE", probe_child());
        let script = format!("echo $$ > {}; trap 'exit 7' USR2; {script}; while :; do wait; done", file.display());
        let role_options = if role == Subreaper { "-s -t 600" } else { "-t 600" };
        let options = role_options.split_whitespace().chain(options.split_whitespace());
        let arguments: Vec<&str> = options.chain(["--", "sh", "-c", &script]).collect();
        let mut command = command(&arguments);
        let keyboard = has_terminal.then(|| Keyboard::of(&mut command));
        command.stdout(Stdio::piped());
        let last_step = move || if has_terminal { take_control() } else { Ok(()) };
        let (mut pod, mut subreaper) = match role {
            Process1 => (Pod::start_after(command, last_step), None),
            Subreaper => {
                let pod = Pod::with(pause());
                let init = pod.join_after(command, last_step);
                (pod, Some(init))
            }
        };
        let log = SignalLog::of(subreaper.as_mut().unwrap_or_else(|| pod.init()));
        Self { pod, subreaper, keyboard, log, folder }
    }

    /// Sends a signal to `init`.
    #[track_caller]
    pub fn signal(&mut self, signal: Signal) {
        self.subreaper.as_mut().unwrap_or_else(|| self.pod.init()).signal(signal as i32);
    }

    /// Asserts the next numbers in the log, in ascending order.
    #[track_caller]
    pub fn assert_next(&mut self, expected: &[i32], case: &str) {
        assert_eq!(sorted(self.log.by_ref().take(expected.len())), expected, "{case}");
    }

    /// Ends the program by a signal that does not pass through `init`.
    #[track_caller]
    pub fn end_program(&self) {
        let pid = until_some("the program has written its process ID", || {
            fs::read_to_string(self.folder.path().join("pid")).ok().filter(|pid| pid.ends_with('\n'))
        });
        kill_in(&self.pod, "USR2", pid.trim());
    }

    /// Returns the rest of the log in ascending order, and the exit status of `init`.
    #[track_caller]
    pub fn end(self) -> (Vec<i32>, Option<i32>) {
        let rest = sorted(self.log);
        let output = match self.subreaper {
            Some(init) => init.wait(),
            None => self.pod.wait(),
        };
        (rest, output.status.code())
    }
}
