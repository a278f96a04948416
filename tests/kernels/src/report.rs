//! The table of all boots, and the page that shows it.

use crate::outcome::Outcome;
use crate::suite::{ELSEWHERE, EQUIVALENT, FLOOR, OTHER};
use std::fmt::Write;

/// A boot, and the platform that it was of.
#[derive(Debug)]
pub struct Boot {
    /// The name of the platform, with more words if the kernel is not the newest.
    pub platform: String,
    /// What the boot has shown, or why there was none.
    pub outcome: Result<Outcome, String>,
}

/// The figures of memory, each with its place in [`Outcome::memory`].
const FIGURES: [(&str, usize); 3] = [("charged", 0), ("resident", 1), ("page tables", 2)];

/// Returns the table, as Markdown.
pub fn table(boots: &[Boot]) -> String {
    head() + &boots.iter().map(row).collect::<String>()
}

fn cells(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Returns the first lines of the table.
fn head() -> String {
    let mut columns = vec!["platform", "kernel", "page, KiB", "promises kept", "controls that broke theirs"];
    columns.extend(FIGURES.map(|(name, _)| name));
    columns.push("seconds");
    let lines = vec!["---".to_owned(); columns.len()];
    cells(&columns.into_iter().map(str::to_owned).collect::<Vec<_>>()) + &cells(&lines)
}

/// Returns the row of a boot.
fn row(Boot { platform, outcome }: &Boot) -> String {
    let mut row = vec![format!("`{platform}`")];
    match outcome {
        Ok(outcome @ Outcome { kernel, page, kept, broken, controls, seconds, .. }) => {
            let promises = format!("{} of {}", kept.len(), kept.len() + broken.len());
            row.extend([kernel.clone(), (page / 1024).to_string(), promises, controls.to_string()]);
            row.extend(FIGURES.map(|(_, at)| memory(outcome, at)));
            row.push(seconds.to_string());
        }
        Err(_) => row.extend(["not booted".to_owned()].into_iter().chain(vec![String::new(); 7])),
    }
    cells(&row)
}

/// Returns the promises that did not hold in a boot, as a list.
fn broken(Boot { platform, outcome }: &Boot) -> String {
    let broken = outcome.as_ref().map_or(&[][..], |outcome| &outcome.broken);
    broken.iter().map(|promise| format!("- `{platform}`: {promise}\n")).collect()
}

/// Returns a figure of memory, in KiB: that of the program under test, the floor's and the C equivalent's.
fn memory(outcome: &Outcome, at: usize) -> String {
    let of = |name: &str| match outcome.memory.get(name) {
        Some(figures) => format!("{:.0}", figures[at] as f64 / 1024.0),
        None => "–".into(),
    };
    let tested = if outcome.memory.contains_key(OTHER) { OTHER } else { "pause" };
    [tested, FLOOR, EQUIVALENT].map(of).join(" / ")
}

/// Returns the page `docs/kernels.md` for boots of these names. Those that were not booted now keep their lines of the
/// `previous` page.
pub fn page(boots: &[Boot], names: &[String], previous: &str) -> String {
    let lines = |of: fn(&Boot) -> String, prefix: &str| -> String {
        let now = |name: &String| boots.iter().find(|boot| boot.platform == *name).map(of);
        let before = |name: &String| {
            let is_its = |line: &&str| line.starts_with(&format!("{prefix}`{name}`"));
            previous.lines().filter(is_its).map(|line| format!("{line}\n")).collect()
        };
        names.iter().map(|name| now(name).unwrap_or_else(|| before(name))).collect()
    };
    let mut page = "# Real kernels\n\n\
        `make test-kernels` wrote this page: do not edit it. It boots Debian's newest kernel of each platform in QEMU, without\n\
        KVM, and the oldest one that is supported for amd64 and arm64. There it runs the tests of `pause` and `init` with\n\
        control groups of version 2 alone. A run for some platforms writes their rows.\n\n"
        .to_owned();
    page += &head();
    page += &lines(row, "| ");
    page += "\nThe memory is that of one sandbox, in KiB: `pause` / a program that only sleeps / a C equivalent of Kubernetes'\n\
        `pause`. *Charged* is what the control group of 100 sandboxes is charged, divided by 100: the kernel's share, such as\n\
        the namespace and the stack, is included. Seconds are those of the whole boot, under emulation.\n\n\
        A *control* runs a test with another process 1, which must fail: one that never reaps, and the C equivalent.\n";
    let broken = lines(broken, "- ");
    if !broken.is_empty() {
        page += "\n## Promises that did not hold\n\n";
        page += &broken;
    }
    page += "\n## What does not run there\n\n| tests | reason |\n| --- | --- |\n";
    for (tests, reason) in ELSEWHERE {
        _ = writeln!(page, "| {tests} | {reason} |"); // a string has room
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_that_was_not_booted_keeps_its_lines() {
        let boot = |platform: &str, promise: &str| {
            let mut outcome = Outcome::default();
            outcome.broken.push(promise.to_owned());
            Boot { platform: platform.to_owned(), outcome: Ok(outcome) }
        };
        let names = ["linux/arm", "linux/arm/v7", "linux/arm, old"].map(str::to_owned);
        let all = page(&names.clone().map(|name| boot(&name, "before")), &names, "");
        let one = page(&[boot("linux/arm", "now")], &names, &all);
        assert_eq!(one, all.replacen("- `linux/arm`: before", "- `linux/arm`: now", 1));
        assert_eq!(one.matches("\n| `linux/").count(), 3);
    }
}
