//! The table of the steps and their results. It grows while the steps run.

use std::io::{self, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// The table, on standard output.
#[derive(Default)]
pub struct Report {
    runtime: String,
    version: String,
    passed: usize,
    failed: usize,
    is_part: bool,
}

impl Report {
    /// A part of the table that another process prints.
    pub fn part() -> Self {
        Self { is_part: true, ..Self::default() }
    }

    /// Names the runtime of the next steps. Its version is still unknown.
    pub fn set_runtime(&mut self, name: &str) {
        if self.passed + self.failed == 0 && !self.is_part {
            self.row("RUNTIME", "VERSION", "STEP", "RESULT", "TIME");
        }
        (self.runtime, self.version) = (name.to_owned(), String::new());
    }

    /// Sets the version that the next rows show.
    pub fn set_version(&mut self, version: &str) {
        version.trim().clone_into(&mut self.version);
    }

    /// Runs a step. Returns `None` if it panicked: the step has failed.
    pub fn step<T>(&mut self, name: &str, step: impl FnOnce() -> T) -> Option<T> {
        if io::stdout().is_terminal() && !self.is_part {
            self.row(&self.runtime, &self.version, name, "…", "");
            print!("\x1b[F"); // the result overwrites this row
        }
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(step));
        let time = format!("{:.1} s", start.elapsed().as_secs_f64());
        let word = if result.is_ok() { "passed" } else { "FAILED" };
        self.row(&self.runtime, &self.version, name, word, &time);
        *if result.is_ok() { &mut self.passed } else { &mut self.failed } += 1;
        result.ok()
    }

    /// Prints a line of a [`part`](Self::part) of this table, and counts its step. Returns whether it was the last line.
    pub fn add(&mut self, line: &str) -> bool {
        let is_last = line.ends_with(" failed") && line.contains(" steps passed, ");
        if is_last {
            return true;
        }
        println!("{line}");
        // The last words of a row are the result, the number of seconds, and their unit.
        match line.split_whitespace().nth_back(2) {
            Some("passed") => self.passed += 1,
            Some("FAILED") => self.failed += 1,
            _ => {} // a message
        }
        false
    }

    /// Returns whether all steps until now have passed.
    pub fn has_passed(&self) -> bool {
        self.failed == 0
    }

    /// Adds a row that is not the result of a step.
    pub fn note(&self, sentence: &str) {
        self.row(&self.runtime, &self.version, sentence, "noted", "");
    }

    /// Prints the last line. Returns whether at least one step ran and none failed.
    pub fn finish(self) -> bool {
        println!("{} steps passed, {} failed", self.passed, self.failed);
        self.passed > 0 && self.failed == 0
    }

    fn row(&self, runtime: &str, version: &str, step: &str, result: &str, time: &str) {
        println!("{runtime:<22} {version:<14} {step:<72} {result:<6} {time:>7}");
        _ = io::stdout().flush();
    }
}
