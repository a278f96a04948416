//! What a boot has shown, from the lines of its console.

use crate::console::Line;
use crate::suite::CONTROL;
use std::collections::BTreeMap;

/// The lines of the console that are kept for a message.
const LAST_LINES: usize = 30;

/// What a boot has shown.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The release of the kernel.
    pub kernel: String,
    /// The size of a page, in bytes.
    pub page: u64,
    /// The promises that held, each as "step: test".
    pub kept: Vec<String>,
    /// The promises that did not hold.
    pub broken: Vec<String>,
    /// How many promises the controls broke, as they should.
    pub controls: usize,
    /// What one sandbox costs, in bytes, by the name of its process 1: charged, resident, page tables.
    pub memory: BTreeMap<String, [u64; 3]>,
    /// What went wrong with the boot itself.
    pub problems: Vec<String>,
    /// What the steps with broken promises wrote.
    pub output: Vec<String>,
    /// The last lines of the console.
    pub last_lines: Vec<String>,
    /// How long it took, in seconds.
    pub seconds: u64,
    /// Whether all steps have ended.
    pub is_done: bool,
    step: Step,
}

/// The step that runs.
#[derive(Clone, Debug, Default)]
struct Step {
    name: String,
    output: Vec<String>,
    broken: usize,
    /// Whether the test program wrote its summary.
    has_summary: bool,
    /// The test whose result has not come yet.
    test: Option<String>,
}

impl Outcome {
    /// Takes a line of the console. Returns a message on progress.
    pub fn take(&mut self, line: &str) -> Option<String> {
        self.remember(line.trim_end().to_owned());
        let ours = Line::parse(line)?;
        match ours {
            Line::Kernel(kernel, page) => (self.kernel, self.page) = (kernel, page),
            Line::Begin(name) => self.step = Step { name, ..Step::default() },
            Line::Out(line) => self.take_output(line),
            Line::Error(line) => self.step.output.push(line),
            Line::End(status) => return Some(self.end_step(&status)),
            Line::Memory(name, figures) => _ = self.memory.insert(name, figures),
            Line::Problem(problem) => self.problems.push(problem),
            Line::Done => self.is_done = true,
        }
        None
    }

    fn remember(&mut self, line: String) {
        if self.last_lines.len() == LAST_LINES {
            self.last_lines.remove(0);
        }
        self.last_lines.push(line);
    }

    /// Takes a line that a test program wrote. Its harness writes `test NAME ... ok`; what the test itself writes to the
    /// same stream may come before the result.
    fn take_output(&mut self, line: String) {
        let mut rest = line.as_str();
        if let Some((name, result)) = line.strip_prefix("test ").and_then(|test| test.split_once(" ... ")) {
            self.step.test = Some(name.trim_end_matches(" - should panic").to_owned());
            rest = result;
        }
        self.step.has_summary |= line.starts_with("test result: ");
        let promise = |test: &str| format!("{}: {test}", self.step.name);
        let is_control = self.step.name.starts_with(CONTROL);
        match (rest, self.step.test.take()) {
            ("ok", Some(test)) if is_control => {
                self.broken.push(format!("{}, so this test proves nothing", promise(&test)));
                self.step.broken += 1;
            }
            ("FAILED", Some(_)) if is_control => self.controls += 1,
            ("ok", Some(test)) => self.kept.push(promise(&test)),
            ("FAILED", Some(test)) => {
                self.broken.push(promise(&test));
                self.step.broken += 1;
            }
            (result, Some(_)) if result.starts_with("ignored") => {}
            (_, test) => self.step.test = test,
        }
        self.step.output.push(line);
    }

    /// Ends a step, and returns a message on progress.
    fn end_step(&mut self, status: &str) -> String {
        let Step { name, output, broken, has_summary, test } = std::mem::take(&mut self.step);
        if !has_summary {
            let during = test.map(|test| format!(" in {test}")).unwrap_or_default();
            self.broken.push(format!("{name}: the test program ended{during}: {status}"));
        }
        if broken > 0 || !has_summary {
            self.output.push(format!("--- {name}"));
            self.output.extend(output);
        }
        let kept = self.kept.iter().filter(|kept| kept.starts_with(&format!("{name}: "))).count();
        if name.starts_with(CONTROL) {
            return format!("{name}: {}", if broken > 0 { "KEPT, and should not" } else { "broken, as it should" });
        }
        let broken = if broken > 0 { format!(", {broken} BROKEN") } else { String::new() };
        format!("{name}: {kept} kept{broken}")
    }

    /// Returns whether the boot went well and every promise was kept.
    pub fn is_good(&self) -> bool {
        self.is_done && self.problems.is_empty() && self.broken.is_empty() && !self.kept.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    fn outcome(lines: &[&str]) -> Outcome {
        let mut outcome = Outcome::default();
        lines.iter().for_each(|line| _ = outcome.take(&format!("@pause@ {line}\r")));
        outcome
    }

    #[test]
    fn results_are_read_as_the_harness_writes_them() {
        let outcome = outcome(&[
            "kernel 65536 7.2",
            "begin it",
            "out test a ... ok",
            "out test b - should panic ... ok",
            "out test c ... words of the test",
            "out ok",
            "out test d ... FAILED",
            "out test e ... ignored, takes minutes",
            "out test result: FAILED. 3 passed",
            "end exit status: 101",
            "done",
        ]);
        assert_eq!(outcome.kept, ["it: a", "it: b", "it: c"]);
        assert_eq!(outcome.broken, ["it: d"]);
        assert_eq!((outcome.kernel.as_str(), outcome.page), ("7.2", 65536));
        assert!(outcome.is_done && !outcome.is_good());
    }

    #[test]
    fn a_test_program_that_ends_without_a_summary_is_a_failure() {
        let outcome = outcome(&["begin it", "out test a ... ok", "out test b ... ", "end signal: 11", "done"]);
        assert_eq!(outcome.broken, ["it: the test program ended in b: signal: 11"]);
    }

    #[test]
    fn a_boot_that_says_nothing_is_a_failure() {
        assert!(!outcome(&[]).is_good());
        assert!(!outcome(&["kernel 4096 7.2", "done"]).is_good());
    }
}
