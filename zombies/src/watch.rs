//! `--watch`: how fast the zombies of each parent grow.

use crate::facts::Named;
use crate::look::{Earlier, look_again};
use crate::report::{Finding, Report};
use crate::table::Table;
use crate::verdict::Verdict;
use comfy_table::Table as TextTable;
use comfy_table::presets::NOTHING;
use serde::Serialize;
use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{self, Write};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The growth of a finding since the watch has begun.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Growth {
    /// The parent, if it is visible.
    pub parent: Option<Named>,
    /// The reason.
    pub verdict: Verdict,
    /// The reason in words.
    pub sentence: String,
    /// The zombies now.
    pub zombies: usize,
    /// How many more there were each minute, on average.
    pub per_minute: f64,
}

/// What identifies a finding over time.
type Key = (Option<i32>, Verdict);

/// The zombies of each finding when it was first seen, and when that was.
#[derive(Default)]
pub struct Begin(HashMap<Key, (usize, Instant)>);

impl Begin {
    /// Returns the growth of each finding of a report, which was made at `now`.
    pub fn growth(&mut self, report: &Report, now: Instant, is_first: bool) -> Vec<Growth> {
        let growth = |finding: &Finding| {
            let parent = finding.parent.as_ref().map(|parent| parent.process.clone());
            let key = (parent.as_ref().map(|parent| parent.pid), finding.verdict.clone());
            let zombies = finding.zombies.len();
            // A finding that is new has grown from nothing since the last look; at the first look, nothing is known.
            let (from, since) = *self.0.entry(key).or_insert((if is_first { zombies } else { 0 }, now));
            let minutes = now.duration_since(since).as_secs_f64() / 60.0;
            let per_minute = if minutes > 0.0 { (zombies as f64 - from as f64) / minutes } else { 0.0 };
            Growth {
                parent,
                verdict: finding.verdict.clone(),
                sentence: finding.sentence.clone(),
                zombies,
                per_minute: (per_minute * 10.0).round() / 10.0,
            }
        };
        let mut all: Vec<Growth> = report.findings.iter().map(growth).collect();
        all.sort_by(|one, other| other.per_minute.total_cmp(&one.per_minute)); // the worst leak first
        all
    }
}

/// Looks every `interval`, and writes what has grown, until the output is closed.
///
/// # Errors
/// If `/proc` cannot be listed, or the output cannot be written.
pub fn watch(interval: Duration, age: Duration, json: bool, to: &mut impl Write) -> io::Result<Infallible> {
    let mut begin = Begin::default();
    let mut is_first = true;
    loop {
        let earlier = Earlier::of(&Table::read()?);
        sleep(age);
        let report = look_again(&earlier)?;
        let growth = begin.growth(&report, Instant::now(), is_first);
        is_first = false;
        if json {
            serde_json::to_writer(&mut *to, &growth)?;
            writeln!(to)?;
        } else {
            writeln!(to, "{}\n", text(&growth, &report))?;
        }
        to.flush()?;
        sleep(interval.saturating_sub(age));
    }
}

fn text(growth: &[Growth], report: &Report) -> String {
    let missing = report.missing.iter().map(|sentence| format!("\nNot seen: {sentence}")).collect::<String>();
    if growth.is_empty() {
        return format!("No zombies that matter.{missing}");
    }
    let mut table = TextTable::new();
    table.load_style(NOTHING).set_header(["ZOMBIES", "PER MINUTE", "WHY"]);
    for one in growth {
        table.add_row([one.zombies.to_string(), format!("{:+}", one.per_minute), one.sentence.clone()]);
    }
    table.trim_fmt() + &missing
}
