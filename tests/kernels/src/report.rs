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
    let mut columns = vec!["platform", "kernel", "page, KiB", "promises kept", "controls that broke theirs"];
    columns.extend(FIGURES.map(|(name, _)| name));
    columns.push("seconds");
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut table = row(&columns.iter().map(|&column| column.to_owned()).collect::<Vec<_>>());
    table += &row(&vec!["---".to_owned(); columns.len()]);
    for Boot { platform, outcome } in boots {
        let Ok(outcome) = outcome else {
            table +=
                &row(&[&[format!("`{platform}`"), "not booted".into()][..], &vec![String::new(); columns.len() - 2]]
                    .concat());
            continue;
        };
        let Outcome { kernel, page, kept, broken, controls, seconds, .. } = outcome;
        let mut cells = vec![
            format!("`{platform}`"),
            kernel.clone(),
            (page / 1024).to_string(),
            format!("{} of {}", kept.len(), kept.len() + broken.len()),
            controls.to_string(),
        ];
        cells.extend(FIGURES.map(|(_, at)| memory(outcome, at)));
        cells.push(seconds.to_string());
        table += &row(&cells);
    }
    table
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

/// Returns the page `docs/kernels.md`.
pub fn page(boots: &[Boot]) -> String {
    let mut page = "# Real kernels\n\n\
        `make test-kernels` wrote this page: do not edit it. It boots Debian's newest kernel of each platform in QEMU, without\n\
        KVM, and the oldest one that is supported for amd64 and arm64. There it runs the tests of `pause` and `init` with\n\
        control groups of version 2 alone.\n\n"
        .to_owned();
    page += &table(boots);
    page += "\nThe memory is that of one sandbox, in KiB: `pause` / a program that only sleeps / a C equivalent of Kubernetes'\n\
        `pause`. *Charged* is what the control group of 100 sandboxes is charged, divided by 100: the kernel's share, such as\n\
        the namespace and the stack, is included. Seconds are those of the whole boot, under emulation.\n\n\
        A *control* runs a test with another process 1, which must fail: one that never reaps, and the C equivalent.\n";
    let broken: Vec<String> = boots
        .iter()
        .flat_map(|boot| {
            let broken = boot.outcome.as_ref().map_or(&[][..], |outcome| &outcome.broken);
            broken.iter().map(|promise| format!("- `{}`: {promise}\n", boot.platform))
        })
        .collect();
    if !broken.is_empty() {
        page += "\n## Promises that did not hold\n\n";
        page.extend(broken);
    }
    page += "\n## What does not run there\n\n| tests | reason |\n| --- | --- |\n";
    for (tests, reason) in ELSEWHERE {
        _ = writeln!(page, "| {tests} | {reason} |"); // a string has room
    }
    page
}
