//! Runs a test program so that a spoiled `init` cannot signal a process of this machine.
//!
//! It may call `kill(-1, SIGTERM)`, or signal a wrong process or group. So the test program runs in a PID namespace and in
//! a session of its own, under an `init` that is not spoiled: that ends with the test program, and with it ends all that
//! the tests have left behind. All of it ends with this process, too.

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use testkit::usage::children;

/// How long a test program may take to remove what it has made.
const CLEANUP: Duration = Duration::from_secs(5);

/// How a run has ended.
pub enum End {
    /// A line of the output was the one that was looked for. The run was ended.
    Found(String),
    /// The program has exited with 0.
    Success,
    /// It has exited otherwise.
    Failure,
    /// It has taken too long, and was ended.
    TooLate,
}

/// Where test programs run.
pub struct Contained {
    /// The folder of the `init` that is not spoiled.
    folder: TempDir,
}

impl Contained {
    /// Copies `init`.
    ///
    /// # Errors
    /// This user is not root, there is no folder for the copy, or it cannot be made.
    pub fn new() -> Result<Self> {
        if !geteuid().is_root() {
            bail!("this takes root: the tests run in a PID namespace of their own, with a /proc");
        }
        let folder = tempfile::tempdir()?;
        let copied = Command::new("cp").arg(testkit::programs::path("init")).arg(folder.path()).status()?;
        if !copied.success() {
            bail!("init cannot be copied to {}", folder.path().display());
        }
        Ok(Self { folder })
    }

    /// Returns a command that runs a program there.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setsid");
        command.args(["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]);
        command.arg(self.folder.path().join("init")).arg("--").arg(program);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }
}

/// Runs a command of [`Contained::command`] until it ends, until `find` finds something in a line of its output, or until
/// the time is over.
///
/// # Errors
/// It cannot be started.
pub fn run(mut command: Command, limit: Duration, find: impl Fn(&str) -> Option<String>) -> Result<End> {
    let start = Instant::now();
    let mut child = command.spawn().context("setsid cannot be started")?;
    let output = BufReader::new(child.stdout.take().context("a pipe")?);
    let (sender, lines) = channel();
    let reader = thread::spawn(move || {
        // Nobody receives after the end.
        output.lines().map_while(Result::ok).for_each(|line| _ = sender.send(line));
    });
    let end = loop {
        match lines.recv_timeout(limit.saturating_sub(start.elapsed())) {
            Ok(line) => {
                if let Some(found) = find(&line) {
                    break Some(End::Found(found));
                }
            }
            Err(RecvTimeoutError::Timeout) => break Some(End::TooLate),
            Err(RecvTimeoutError::Disconnected) => break None,
        }
    };
    if end.is_some() {
        // `init` forwards the signal, by which the tests remove what they have made.
        for init in children(Pid::from_raw(child.id().cast_signed())) {
            _ = kill(init, Signal::SIGTERM); // it may have ended by now
        }
        let removed = Instant::now() + CLEANUP;
        while lines.recv_timeout(removed.saturating_duration_since(Instant::now())).is_ok() {}
        child.kill()?; // and with it, by `--kill-child`, all that is left
    }
    let status = child.wait()?;
    reader.join().expect("it only reads");
    Ok(end.unwrap_or(if status.success() { End::Success } else { End::Failure }))
}
