//! How many places came to what: printed, and written to a page if the environment asks for it.

use crate::Place;
use crate::outcomes::Outcome;
use anyhow::Result;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs};

/// The page.
const PAGE: &str = "docs/measured/mutants.md";

/// How many places came to each outcome.
#[derive(Clone, Copy, Default)]
struct Counts {
    noticed: usize,
    refused: usize,
    same: usize,
    equivalent: usize,
    survived: usize,
}

impl Counts {
    fn of<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        let mut counts = Self::default();
        for outcome in outcomes {
            match outcome {
                Outcome::Noticed(_) => counts.noticed += 1,
                Outcome::Refused => counts.refused += 1,
                Outcome::SameBytes => counts.same += 1,
                Outcome::Equivalent(_) => counts.equivalent += 1,
                Outcome::Survived => counts.survived += 1,
            }
        }
        counts
    }

    fn row(self, name: &str) -> String {
        let Self { noticed, refused, same, equivalent, survived } = self;
        let all = noticed + refused + same + equivalent + survived;
        format!("| {name} | {all} | {noticed} | {refused} | {same} | {equivalent} | {survived} |\n")
    }
}

/// Prints how many places came to what, and those that no test has noticed. With `PAUSE_WRITE`, writes the page.
///
/// # Errors
/// It cannot be written.
pub fn report(project: &Path, places: &[Place], found: &[(usize, Outcome)]) -> Result<ExitCode> {
    let survived: Vec<&Place> =
        found.iter().filter(|(_, outcome)| *outcome == Outcome::Survived).map(|(at, _)| &places[*at]).collect();
    let table = table(places, found);
    print!("\n{table}");
    survived.iter().for_each(|place| println!("not noticed: {place}"));
    if env::var_os("PAUSE_WRITE").is_some() {
        let [date, release] =
            [("date", ["--utc", "+%F"]), ("uname", ["--kernel-release", "--machine"])].map(|(name, words)| {
                let output = Command::new(name).args(words).output()?;
                anyhow::Ok(String::from_utf8(output.stdout)?.trim().to_owned())
            });
        let mut page = format!(
            "# Spoiled sources\n\n`make mutants PAUSE_WRITE=1` wrote this page on {}, on Linux {}: do not edit it.\n\n{table}",
            date?, release?
        );
        for place in &survived {
            writeln!(page, "{}- {place}", if page.ends_with("|\n") { "\nNot noticed:\n\n" } else { "" })?;
        }
        fs::write(project.join(PAGE), page)?;
    }
    Ok(if survived.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Returns a table with a row for each source.
fn table(places: &[Place], found: &[(usize, Outcome)]) -> String {
    let mut table =
        "| source | places | noticed by a test | by the compiler | same machine code | no change of behaviour | not \
                     noticed |\n| --- | --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
    let mut sources: Vec<&str> = found.iter().map(|(at, _)| &*places[*at].file).collect();
    sources.dedup();
    for source in sources {
        let of_source = found.iter().filter(|(at, _)| places[*at].file == source).map(|(_, outcome)| outcome);
        table += &Counts::of(of_source).row(&format!("`{source}`"));
    }
    table + &Counts::of(found.iter().map(|(_, outcome)| outcome)).row("all")
}
