//! The table of all boots.

use crate::outcome::Outcome;

/// A boot, and the platform that it was of.
#[derive(Debug)]
pub struct Boot {
    /// The name of the platform.
    pub platform: String,
    /// What the boot has shown, or why there was none.
    pub outcome: Result<Outcome, String>,
}

/// Returns the table, as Markdown.
pub fn table(boots: &[Boot]) -> String {
    let mut table =
        "| platform | kernel | page size | promises kept | seconds |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for Boot { platform, outcome } in boots {
        table += &match outcome {
            Ok(outcome) => {
                let all = outcome.kept.len() + outcome.broken.len();
                let Outcome { kernel, page, kept, seconds, .. } = outcome;
                format!("| `{platform}` | {kernel} | {} KiB | {} of {all} | {seconds} |\n", page / 1024, kept.len())
            }
            Err(_) => format!("| `{platform}` | not booted | | | |\n"),
        };
    }
    table
}
