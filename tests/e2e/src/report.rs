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
}

impl Report {
    /// Names the runtime of the next steps. Its version is still unknown.
    pub fn set_runtime(&mut self, name: &str) {
        if self.passed + self.failed == 0 {
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
        if io::stdout().is_terminal() {
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
