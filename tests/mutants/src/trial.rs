//! Runs the quick tests with spoiled programs, until one of them fails.

use anyhow::{Context, Result, bail};
use escargot::CargoBuild;
use escargot::format::Message;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;
use testkit::deadline::SECONDS;
use testkit::platform;
use testkit::programs::FOLDER;

/// The tests of each program, those first that notice most.
const TESTS: [&[&str]; 2] = [
    &[
        "contract",
        "reaping",
        "signals",
        "guard",
        "privileges",
        "streams",
        "resources",
        "refused_calls",
        "binary",
        "stress",
    ],
    &["init", "refused_calls"],
];

/// What emulation makes impossible or too slow: a test program, and tests of another one.
const PROGRAM_NOT_EMULATED: &str = "stress";
const TESTS_NOT_EMULATED: &str = "job_control::";

/// How long a test waits for a condition, in seconds. A spoiled program may never meet it.
const DEADLINE: &str = "5";

/// The test programs, built from the sources as they are.
pub struct Trial {
    tests: BTreeMap<String, PathBuf>,
    programs: TempDir,
    platform: Option<String>,
}

impl Trial {
    /// Builds the test programs.
    ///
    /// # Errors
    /// They cannot be built.
    pub fn build(project: &Path, platform: Option<String>) -> Result<Self> {
        let cargo = CargoBuild::new().manifest_path(project.join("Cargo.toml")).package("pause").args(["--tests"]);
        let mut tests = BTreeMap::new();
        for message in cargo.exec()? {
            if let Ok(Message::CompilerArtifact(artifact)) = message?.decode()
                && artifact.profile.test // there is a program of the same name as the test `init`
                && let Some(executable) = artifact.executable
            {
                tests.insert(artifact.target.name.into_owned(), executable.into_owned());
            }
        }
        Ok(Self { tests, programs: testkit::programs::for_everybody(), platform })
    }

    /// Runs the tests with these programs, of which those with the value `true` are spoiled. Returns the first test that
    /// fails.
    ///
    /// # Errors
    /// A test cannot be started.
    pub fn run(&self, programs: &[Vec<u8>; 2], is_spoiled: [bool; 2]) -> Result<Option<String>> {
        for (name, bytes) in crate::tree::PROGRAMS.iter().zip(programs) {
            let path = self.programs.path().join(name);
            fs::remove_file(&path)?; // a process of an earlier test may still execute it
            fs::write(&path, bytes)?;
            fs::set_permissions(&path, Permissions::from_mode(0o755))?;
        }
        let tests = TESTS.iter().zip(is_spoiled).filter(|(_, is_spoiled)| *is_spoiled).flat_map(|(tests, _)| *tests);
        let mut done = Vec::new();
        for &test in tests {
            if done.contains(&test) || self.platform.is_some() && test == PROGRAM_NOT_EMULATED {
                continue;
            }
            done.push(test);
            if let Some(failed) = self.first_failure(test)? {
                return Ok(Some(format!("{test}: {failed}")));
            }
        }
        Ok(None)
    }

    /// Runs a test program until one of its tests fails. Returns the name of that test.
    fn first_failure(&self, test: &str) -> Result<Option<String>> {
        let program = self.tests.get(test).with_context(|| format!("there is no test {test}"))?;
        let mut command = Command::new(program);
        command.args(["--skip", "ordinary_user"]);
        if let Some(platform) = &self.platform {
            command.args(["--skip", TESTS_NOT_EMULATED]).env(platform::VARIABLE, platform);
        }
        command.env(FOLDER, self.programs.path()).env(SECONDS, DEADLINE);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let output = BufReader::new(child.stdout.take().context("a pipe")?);
        let mut failed = None;
        for line in output.lines().map_while(Result::ok) {
            if let Some(name) = line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED")) {
                failed = Some(name.to_owned());
                // By this signal the tests remove what they have made.
                kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM)?;
                break;
            }
        }
        let status = child.wait()?;
        if failed.is_none() && !status.success() {
            bail!("{test} ended with {status}, and named no test");
        }
        Ok(failed)
    }
}
