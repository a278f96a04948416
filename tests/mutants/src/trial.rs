//! Runs the quick tests with spoiled programs, until one of them fails.

use crate::contained::{self, Contained, End};
use crate::tree::PROGRAMS;
use anyhow::{Context, Result, bail};
use escargot::CargoBuild;
use escargot::format::Message;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;
use testkit::deadline::SECONDS;
use testkit::platform;
use testkit::programs::FOLDER;

/// The test programs for each program, those first that notice most, and the slow ones last.
const TESTS: [&[&str]; 2] = [
    &[
        "contract",
        "signals",
        "streams",
        "guard",
        "privileges",
        "reaping",
        "resources",
        "binary",
        "refused_calls",
        "stress",
    ],
    &["init", "refused_calls"],
];

/// What emulation makes impossible or too slow: a test program, and tests of another one.
const PROGRAM_NOT_EMULATED: &str = "stress";
const TESTS_NOT_EMULATED: &str = "job_control::";

/// How long a test waits for a condition, in seconds. A spoiled program may never meet it.
const DEADLINE: &str = "3";

/// How long one test, and how long all tests of a program may take: a spoiled program may never end.
const ONE_TEST: Duration = Duration::from_secs(60);
const ALL_TESTS: Duration = Duration::from_secs(600);

/// The test programs, built from the sources as they are.
pub struct Suite {
    programs: BTreeMap<String, PathBuf>,
    platform: Option<String>,
    /// The programs as they are.
    pub originals: [Vec<u8>; 2],
}

/// A folder with the programs of one trial after the other.
pub struct Trial<'a> {
    suite: &'a Suite,
    folder: TempDir,
    contained: Contained,
}

impl Suite {
    /// Builds the test programs.
    ///
    /// # Errors
    /// They cannot be built.
    pub fn build(project: &Path, platform: Option<String>, originals: [Vec<u8>; 2]) -> Result<Self> {
        let cargo = CargoBuild::new().manifest_path(project.join("Cargo.toml")).package("pause").args(["--tests"]);
        let mut programs = BTreeMap::new();
        for message in cargo.exec()? {
            if let Ok(Message::CompilerArtifact(artifact)) = message?.decode()
                && artifact.profile.test // there is a program of the same name as the test `init`
                && let Some(executable) = artifact.executable
            {
                programs.insert(artifact.target.name.into_owned(), executable.into_owned());
            }
        }
        Ok(Self { programs, platform, originals })
    }

    /// Returns when each test program was built.
    ///
    /// # Errors
    /// One of them is gone.
    pub fn built_at(&self) -> Result<Vec<SystemTime>> {
        self.programs.values().map(|program| Ok(program.metadata()?.modified()?)).collect()
    }
}

impl<'a> Trial<'a> {
    /// Makes the folder.
    ///
    /// # Errors
    /// The tests cannot be contained.
    pub fn new(suite: &'a Suite) -> Result<Self> {
        Ok(Self { suite, folder: testkit::programs::for_everybody(), contained: Contained::new()? })
    }

    /// Runs all tests with the programs as they are. Returns the first test that fails.
    ///
    /// # Errors
    /// A test cannot be started.
    pub fn run_originals(&self) -> Result<Option<String>> {
        for (name, bytes) in PROGRAMS.iter().zip(&self.suite.originals) {
            install(bytes, &self.folder.path().join(name))?;
        }
        self.run_programs([true; 2])
    }

    /// Runs the tests with these programs: those in `likely`, and then all that concern a spoiled one. Returns the first
    /// test that fails. Calls `passed` with a likely test that has passed, and its time.
    ///
    /// # Errors
    /// A test cannot be started.
    pub fn run(
        &self,
        programs: &[Vec<u8>; 2],
        likely: &[String],
        passed: impl Fn(&str, Duration),
    ) -> Result<Option<String>> {
        let mut is_spoiled = [false; 2];
        for (i, name) in PROGRAMS.iter().enumerate() {
            install(&programs[i], &self.folder.path().join(name))?;
            is_spoiled[i] = programs[i] != self.suite.originals[i];
        }
        let concerned = programs_for(is_spoiled);
        for test in likely {
            let start = Instant::now();
            if test.split_once(": ").is_none_or(|(program, _)| !concerned.contains(&program)) {
                continue;
            }
            if self.fails(test)? && self.fails(test)? {
                return Ok(Some(test.clone()));
            }
            passed(test, start.elapsed());
        }
        self.run_programs(is_spoiled)
    }

    /// Runs test programs until a test fails twice: once may be due to a busy machine. Returns that test.
    fn run_programs(&self, is_spoiled: [bool; 2]) -> Result<Option<String>> {
        // Some tests have the name of the program that they are about.
        let skipped: &[&str] = match is_spoiled {
            [true, false] => &["--skip", "_of_init_"],
            [false, true] => &["--skip", "_of_pause_"],
            _ => &[],
        };
        for test in programs_for(is_spoiled) {
            if self.suite.platform.is_some() && test == PROGRAM_NOT_EMULATED {
                continue;
            }
            while let Some(failed) = self.first_failure(test, skipped, ALL_TESTS)? {
                if self.fails(&failed)? {
                    return Ok(Some(failed));
                }
            }
        }
        Ok(None)
    }

    /// Runs one test alone. Returns whether it fails.
    fn fails(&self, test: &str) -> Result<bool> {
        let Some((program, name)) = test.split_once(": ") else { return Ok(true) };
        Ok(self.first_failure(program, &["--exact", name], ONE_TEST)?.is_some())
    }

    /// Runs tests of a program until one of them fails. Returns the name of that test.
    fn first_failure(&self, test: &str, arguments: &[&str], limit: Duration) -> Result<Option<String>> {
        let program = self.suite.programs.get(test).with_context(|| format!("there is no test {test}"))?;
        let mut command = self.contained.command(program);
        command.args(arguments).args(["--skip", "ordinary_user"]);
        if let Some(platform) = &self.suite.platform {
            command.args(["--skip", TESTS_NOT_EMULATED]).env(platform::VARIABLE, platform);
        }
        command.env(FOLDER, self.folder.path()).env(SECONDS, DEADLINE);
        let failed = |line: &str| Some(line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?.to_owned());
        Ok(match contained::run(command, limit, failed)? {
            End::Found(name) => Some(format!("{test}: {name}")),
            End::Success => None,
            End::Failure => Some(format!("{test}, which ended before its tests")),
            End::TooLate => Some(format!("{test}, which did not end")),
        })
    }
}

/// Returns the test programs for spoiled programs.
fn programs_for(is_spoiled: [bool; 2]) -> Vec<&'static str> {
    let mut programs: Vec<_> =
        TESTS.into_iter().zip(is_spoiled).filter(|(_, is)| *is).flat_map(|(tests, _)| tests).copied().collect();
    let mut seen = Vec::new();
    programs.retain(|program| {
        !seen.contains(program) && {
            seen.push(*program);
            true
        }
    });
    programs
}

/// Writes an executable file, in another process: a test that another worker starts meanwhile would inherit the file open
/// for writing, and executing it would fail with ETXTBSY. The file is a new one, because a process of an earlier test may
/// still execute the old one.
fn install(bytes: &[u8], path: &Path) -> Result<()> {
    let mut install =
        Command::new("install").args(["-m", "755", "/dev/stdin"]).arg(path).stdin(Stdio::piped()).spawn()?;
    install.stdin.take().context("a pipe")?.write_all(bytes)?;
    if !install.wait()?.success() {
        bail!("{} cannot be written", path.display());
    }
    Ok(())
}
