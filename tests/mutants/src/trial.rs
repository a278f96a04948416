//! Runs the quick tests with spoiled programs, until one of them fails.

use crate::contained::{self, Contained, End};
use crate::programs::install_all;
use crate::suite::Suite;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
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
        "differential",
    ],
    &["init", "refused_calls"],
];

/// Those of them whose quick tests are run for all places, before all tests are run for the places that are left.
const QUICK: [&[&str]; 2] = [&["contract", "signals", "streams", "guard", "privileges", "reaping"], &["init"]];

/// Words in the names of their slow tests.
const SLOW: [&str; 8] =
    ["grace_period", "grammar", "job_control", "kernel_reaping", "spelling", "starved", "storm", "the_search_finds"];

/// How many times the tests of a program are run at most while one fails that does not notice the place. The next run skips it.
const ATTEMPTS: usize = 4;

/// How many tests of a program run at the same time: most of them wait.
const THREADS: &str = "--test-threads=6";

/// Words in the names of the tests of the size. A larger program does not do something else.
const OF_SIZE: [&str; 2] = ["budget_of_bytes", "fits_its_budget"];

/// What emulation makes impossible or too slow: test programs, and tests of another one.
const PROGRAMS_NOT_EMULATED: [&str; 2] = ["stress", "differential"];
const TESTS_NOT_EMULATED: &str = "job_control::";

/// How long a test waits for a condition, in seconds. A spoiled program may never meet it.
const DEADLINE: &str = "3";

/// How long one test, the likely tests, the quick ones, and all tests of a program may take: a spoiled program may never end.
const ONE_TEST: Duration = Duration::from_secs(60); // a table of refused calls takes long on a busy machine
const LIKELY_TESTS: Duration = Duration::from_secs(30);
const QUICK_TESTS: Duration = Duration::from_secs(100);
const ALL_TESTS: Duration = Duration::from_secs(300);

/// Where the programs of one trial after the other are tested.
pub struct Bench<'a> {
    suite: &'a Suite,
    folder: TempDir,
    /// The programs as they are.
    originals: TempDir,
    contained: Contained,
}

/// Tests of a pair of programs.
pub struct Trial<'a> {
    bench: &'a Bench<'a>,
    is_spoiled: [bool; 2],
    is_original: bool,
}

impl<'a> Bench<'a> {
    /// Makes a folder for the programs.
    ///
    /// # Errors
    /// The tests cannot be contained.
    pub fn new(suite: &'a Suite) -> Result<Self> {
        let [folder, originals] = [(); 2].map(|()| testkit::programs::for_everybody());
        install_all(&suite.originals, &originals)?;
        Ok(Self { suite, folder, originals, contained: Contained::new()? })
    }

    /// Begins a trial of these programs.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn with(&'a self, programs: &[Vec<u8>; 2]) -> Result<Trial<'a>> {
        // A spoiled `init` may have made a test program write to one of the others.
        let originals = self.originals.path().join(".");
        let copied =
            Command::new("cp").args(["-a", "--remove-destination"]).arg(originals).arg(self.folder.path()).status()?;
        if !copied.success() {
            bail!("the programs cannot be copied to {}", self.folder.path().display());
        }
        install_all(programs, &self.folder)?;
        let is_spoiled = [0, 1].map(|i| programs[i] != self.suite.originals[i]);
        // All tests are about both programs as they are.
        let is_original = is_spoiled == [false; 2];
        Ok(Trial { bench: self, is_spoiled: if is_original { [true; 2] } else { is_spoiled }, is_original })
    }
}

impl Trial<'_> {
    /// Runs the tests of a list that are about a spoiled program, until one of them fails twice. Returns that test.
    ///
    /// # Errors
    /// A test cannot be started.
    pub fn run_likely(&self, tests: &[String]) -> Result<Option<String>> {
        for program in self.test_programs(TESTS) {
            let names = tests.iter().filter_map(|test| test.split_once(": ")).filter(|(of, _)| *of == program);
            // A storm takes the CPU time of the others.
            let names: Vec<&str> = names.map(|(_, name)| name).filter(|name| !name.contains("storm")).collect();
            let arguments = [&[THREADS, "--exact"], &*names].concat();
            if !names.is_empty()
                && let Some(failed) = self.first_failure(&self.bench.folder, program, &arguments, LIKELY_TESTS)?
                && self.notices(&failed)?
            {
                return Ok(Some(failed));
            }
        }
        Ok(None)
    }

    /// Returns the test programs of such a table that are about a spoiled program.
    fn test_programs(&self, table: [&[&'static str]; 2]) -> Vec<&'static str> {
        let mut programs = Vec::new();
        for program in table.iter().zip(self.is_spoiled).filter(|(_, is)| *is).flat_map(|(tests, _)| *tests) {
            let is_possible = self.bench.suite.platform.is_none() || !PROGRAMS_NOT_EMULATED.contains(program);
            if is_possible && !programs.contains(program) {
                programs.push(*program);
            }
        }
        programs
    }

    /// Runs the tests of `init` whose module has the name of the source, also the slow ones, likewise.
    ///
    /// # Errors
    /// A test cannot be started.
    pub fn run_own(&self, source: &str) -> Result<Option<String>> {
        let name = Path::new(source).file_stem().and_then(|name| name.to_str()).context("a source has a name")?;
        if !source.starts_with("src/init/") {
            return Ok(None);
        }
        self.run([&[], &["init"]], &[&format!("{name}::")], QUICK_TESTS)
    }

    /// Runs the quick tests that are about a spoiled program, likewise.
    ///
    /// # Errors
    /// A test cannot be started.
    pub fn run_quick(&self) -> Result<Option<String>> {
        self.run(QUICK, &skip(&SLOW), QUICK_TESTS)
    }

    /// Runs all tests, likewise.
    ///
    /// # Errors
    /// A test cannot be started.
    pub fn run_all(&self) -> Result<Option<String>> {
        self.run(TESTS, &[], ALL_TESTS)
    }

    /// Runs the tests that are about a spoiled program and not quick, likewise.
    ///
    /// # Errors
    /// A test cannot be started.
    pub fn run_rest(&self) -> Result<Option<String>> {
        // Some tests have the name of the program that they are about.
        let others: &[&str] = match self.is_spoiled {
            [true, false] => &["_of_init_"],
            [false, true] => &["_of_pause_"],
            _ => &[],
        };
        let rest = [0, 1].map(|i| TESTS[i].iter().copied().filter(|test| !QUICK[i].contains(test)).collect::<Vec<_>>());
        if let Some(failed) = self.run([&rest[0], &rest[1]], &skip(others), ALL_TESTS)? {
            return Ok(Some(failed));
        }
        self.run(QUICK, &SLOW, ALL_TESTS)
    }

    fn run(&self, table: [&[&'static str]; 2], which: &[&str], limit: Duration) -> Result<Option<String>> {
        for program in self.test_programs(table) {
            let mut missed: Vec<String> = Vec::new();
            for _ in 0..ATTEMPTS {
                let arguments = [&[THREADS], which, &skip(&missed)].concat();
                match self.first_failure(&self.bench.folder, program, &arguments, limit)? {
                    Some(failed) if self.notices(&failed)? => return Ok(Some(failed)),
                    Some(failed) => missed.extend(failed.split_once(": ").map(|(_, name)| name.to_owned())),
                    None => break,
                }
            }
        }
        Ok(None)
    }

    /// Runs a test that has failed, alone. Returns whether it passes with the programs as they are, and fails again: on a
    /// busy machine any test may miss its deadline. What has ended or delayed all tests of a program is no test, and counts.
    ///
    /// # Errors
    /// It cannot be started.
    fn notices(&self, test: &str) -> Result<bool> {
        let Some((program, name)) = test.split_once(": ") else { return Ok(true) };
        let exact = ["--exact", name];
        let fails = |folder| anyhow::Ok(self.first_failure(folder, program, &exact, ONE_TEST)?.is_some());
        let Bench { folder, originals, .. } = self.bench;
        Ok((self.is_original || !fails(originals)?) && fails(folder)?)
    }

    /// Runs tests of the programs in a folder until one of them fails. Returns the name of that test.
    fn first_failure(
        &self,
        folder: &TempDir,
        test: &str,
        arguments: &[&str],
        limit: Duration,
    ) -> Result<Option<String>> {
        let mut command = self.bench.contained.command(&self.bench.suite.folder.path().join(test));
        command.args(arguments).args(["--skip", "ordinary_user"]).args(skip(&OF_SIZE));
        if let Some(platform) = &self.bench.suite.platform {
            command.args(["--skip", TESTS_NOT_EMULATED]).env(platform::VARIABLE, platform);
        }
        // What a test leaves behind when it is ended is removed with that folder.
        command.env(FOLDER, folder.path()).env("TMPDIR", folder.path()).env(SECONDS, DEADLINE);
        let failed = |line: &str| Some(line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?.to_owned());
        Ok(match contained::run(command, limit, failed)? {
            End::Found(name) => Some(format!("{test}: {name}")),
            End::Success => None,
            End::Failure => Some(format!("{test}, which ended before its tests")),
            End::TooLate => Some(format!("{test}, which did not end")),
        })
    }
}

/// Returns the arguments that leave out the tests with these words in their names.
fn skip(words: &[impl AsRef<str>]) -> Vec<&str> {
    words.iter().flat_map(|word| ["--skip", word.as_ref()]).collect()
}
