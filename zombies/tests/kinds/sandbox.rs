//! A pod in which a test makes zombies, and looks at them with `zombies`.

use serde_json::Value;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs, io};
use tempfile::TempDir;
use testkit::deadline::until_some;
use testkit::{Pod, PodProcess};

/// A user ID that owns nothing.
pub const ORDINARY_USER: &str = "65534";

/// A pod, and a folder that every user can read.
pub struct Sandbox {
    pub pod: Pod,
    folder: TempDir,
}

/// What `zombies` has written as JSON, and its exit status.
#[derive(Debug)]
pub struct Look {
    pub status: i32,
    pub report: Value,
}

impl Look {
    /// Returns the kinds of the verdicts, each with its number of zombies.
    pub fn kinds(&self) -> Vec<(&str, usize)> {
        self.findings().map(|one| (kind(one), one["zombies"].as_array().expect("a list").len())).collect()
    }

    /// Returns the only finding of a kind.
    pub fn finding(&self, wanted: &str) -> Option<&Value> {
        let mut found = self.findings().filter(|one| kind(one) == wanted);
        let first = found.next();
        assert!(found.next().is_none(), "two findings: {self:#?}");
        first
    }

    fn findings(&self) -> impl Iterator<Item = &Value> {
        self.report["findings"].as_array().expect("a list").iter()
    }
}

fn kind(finding: &Value) -> &str {
    finding["verdict"]["kind"].as_str().expect("a kind")
}

impl Sandbox {
    /// Starts a pod with this process 1.
    pub fn new(process_1: Command) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).expect("we own it");
        // By another program: this one would leave the copy open for writing in what it forks meanwhile.
        let copied = Command::new("cp").args([env!("CARGO_BIN_EXE_zombies"), &at(&folder, "zombies")]).status();
        assert!(copied.is_ok_and(|status| status.success()), "zombies cannot be copied");
        Self { pod: Pod::with(process_1), folder }
    }

    /// Starts a shell script in the pod.
    pub fn script(&self, script: &str) -> PodProcess {
        let mut shell = Command::new("sh");
        self.pod.join(silent(shell.args(["-c", script])))
    }

    /// Compiles a program in C as the file `kind`, and starts it in the pod.
    pub fn c_program(&self, source: &str) -> PodProcess {
        self.run(Command::new(self.compile(source)))
    }

    /// Compiles a program in C as the file `kind`.
    pub fn compile(&self, source: &str) -> PathBuf {
        let path = self.path("kind");
        let file = self.path("kind.c");
        fs::write(&file, source).expect("the folder is ours");
        let compiled = Command::new("cc").args(["-Wall", "-Werror", "-pthread", "-o"]).args([&path, &file]).status();
        assert!(compiled.is_ok_and(|status| status.success()), "cc cannot compile {source}");
        path
    }

    /// Starts a command in the pod, without standard streams.
    pub fn run(&self, mut command: Command) -> PodProcess {
        self.pod.join(silent(&mut command))
    }

    /// Returns a path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `zombies` in the pod.
    pub fn zombies(&self, user: Option<&str>, arguments: &[&str]) -> Output {
        let mut command = as_user(&self.path("zombies"), user);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.pod.join(command).wait()
    }

    /// Looks at the pod once. What was there for this long matters.
    pub fn look(&self, user: Option<&str>, age: &str) -> Look {
        parse(&self.zombies(user, &["--json", "--age", age]))
    }

    /// Looks until `is_complete`.
    #[track_caller]
    pub fn look_until(&self, what: &str, mut is_complete: impl FnMut(&Look) -> bool) -> Look {
        until_some(what, || Some(self.look(None, "0.2")).filter(|look| is_complete(look)))
    }
}

/// Returns a command that runs as this user, or as the calling one.
pub fn as_user(program: &Path, user: Option<&str>) -> Command {
    let Some(user) = user else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={user}"), &format!("--regid={user}"), "--clear-groups"]).arg(program);
    command
}

/// Tells what this machine or this user does not allow to test.
pub fn log_missing(what: &str) {
    // Not `eprintln`, which the test harness captures. Without a standard error, the message has no reader.
    _ = writeln!(io::stderr(), "tested without {what}");
}

/// Parses what `zombies --json` has written.
#[track_caller]
pub fn parse(output: &Output) -> Look {
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    Look { status: output.status.code().expect("no signal ends it"), report }
}

fn silent(command: &mut Command) -> Command {
    let mut silent = Command::new(command.get_program());
    silent.args(command.get_args()).stdin(Stdio::null()).stdout(Stdio::null());
    silent
}

fn at(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}
