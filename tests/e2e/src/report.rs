//! What was done with a runtime, and how it went: a table that grows as it is done.

use std::io::{self, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// The table; it is on standard output.
#[derive(Default)]
pub struct Report {
    runtime: String,
    version: String,
    passed: usize,
    failed: usize,
}

impl Report {
    /// From now on it is about this runtime.
    pub fn about(&mut self, runtime: &str, version: &str) {
        if self.passed + self.failed == 0 {
            self.row("RUNTIME", "VERSION", "STEP", "RESULT", "TIME");
        }
        (self.runtime, self.version) = (runtime.to_owned(), version.trim().to_owned());
    }

    /// Does a step. Where that panics, the step has failed, and there is no result: what comes after it cannot be done.
    pub fn step<T>(&mut self, name: &str, step: impl FnOnce() -> T) -> Option<T> {
        if io::stdout().is_terminal() {
            self.row(&self.runtime, &self.version, name, "…", "");
            print!("\x1b[F"); // what comes next is written over it
        }
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(step));
        let time = format!("{:.1} s", start.elapsed().as_secs_f64());
        let word = if result.is_ok() { "passed" } else { "FAILED" };
        self.row(&self.runtime, &self.version, name, word, &time);
        *if result.is_ok() { &mut self.passed } else { &mut self.failed } += 1;
        result.ok()
    }

    /// Says something about what was found that no step asks for.
    pub fn note(&self, sentence: &str) {
        self.row(&self.runtime, &self.version, sentence, "noted", "");
    }

    /// The last line. Whether all went well, and there was something to do.
    pub fn finish(self) -> bool {
        println!("{} steps passed, {} failed", self.passed, self.failed);
        self.passed > 0 && self.failed == 0
    }

    fn row(&self, runtime: &str, version: &str, step: &str, result: &str, time: &str) {
        println!("{runtime:<16} {version:<16} {step:<72} {result:<6} {time:>7}");
        _ = io::stdout().flush();
    }
}
