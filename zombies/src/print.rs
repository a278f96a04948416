//! The report as text.

use crate::container::Container;
use crate::facts::{Place, Zombie};
use crate::limits::Limit;
use crate::report::{Finding, Report};
use crate::users::Users;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The most zombies of a finding that are shown. `--json` has all.
const SHOWN: usize = 10;

/// Writes the report.
///
/// # Errors
/// If it cannot be written.
pub fn print(report: &Report, to: &mut impl Write) -> io::Result<()> {
    let users = Users::read();
    for finding in &report.findings {
        writeln!(to, "{}\n", text(finding, &users))?;
    }
    writeln!(to, "{}", summary(report))?;
    report.missing.iter().try_for_each(|sentence| writeln!(to, "Not seen: {sentence}"))
}

fn summary(report: &Report) -> String {
    let young = match report.young {
        0 => String::new(),
        1 => " Another one is too young to matter.".into(),
        many => format!(" {many} more are too young to matter."),
    };
    match report.zombies {
        0 if report.young == 0 => "No zombies.".into(),
        0 if report.young == 1 => "No zombies that matter: 1 is too young.".into(),
        0 => format!("No zombies that matter: {} are too young.", report.young),
        count => {
            let limit = report.pid_max.map_or_else(String::new, |max| format!(", of {max} process IDs (pid_max)"));
            format!("{} in all{limit}.{young}", zombies(count))
        }
    }
}

fn zombies(count: usize) -> String {
    if count == 1 { "1 zombie".into() } else { format!("{count} zombies") }
}

fn text(finding: &Finding, users: &Users) -> String {
    let count = finding.zombies.len();
    let mut text = format!("{}: {}.", zombies(count), finding.sentence);
    let mut line = |line: &str| _ = write!(text, "\n  {}", line.replace('\n', "\n  ")); // a String accepts all writes
    if let Place::Container(container) = &finding.place {
        line(&whose(container));
    }
    finding.facts.iter().for_each(|fact| line(fact));
    line(&table(&finding.zombies, users));
    for Limit { cgroup, limit, used, zombies } in &finding.limits {
        line(&format!("Control group {cgroup}: {limit} process IDs (pids.max), {used} in use, {zombies} by zombies."));
    }
    line("What heals it:");
    finding.remedies.iter().for_each(|remedy| line(&format!("- {}", remedy.replace('\n', "\n  "))));
    text
}

/// Returns the container and its pod in words: by names and IDs, as far as they are known.
fn whose(container: &Container) -> String {
    let names = container.names.clone().unwrap_or_default();
    let id = &container.id[..12];
    let name = names.container.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"));
    let runtime = container.runtime.map_or_else(String::new, |name| format!(" of {name}"));
    let namespace = names.namespace.map_or_else(String::new, |namespace| format!(" in the namespace {namespace}"));
    let pod = match (names.pod, &container.pod) {
        (Some(name), Some(id)) => format!(", pod {name}{namespace} ({id})"),
        (Some(name), None) => format!(", pod {name}{namespace}"),
        (None, Some(id)) => format!(", pod {id}"),
        (None, None) => String::new(),
    };
    format!("Container {name}{runtime}{pod}.")
}

fn table(zombies: &[Zombie], users: &Users) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["PID", "IN ITS NAMESPACE", "COMMAND", "USER", "STARTED"]);
    for zombie in zombies.iter().take(SHOWN) {
        table.add_row([
            zombie.process.pid.to_string(),
            zombie.pid_in_namespace.to_string(),
            zombie.process.command.clone(),
            users.name(zombie.uid),
            zombie.started_seconds_ago.map_or_else(|| "?".to_owned(), |seconds| duration(seconds) + " ago"),
        ]);
    }
    let text = table.trim_fmt();
    match zombies.len().saturating_sub(SHOWN) {
        0 => text,
        more => format!("{text}\n … and {more} more"),
    }
}

/// Returns a length of time in its largest unit.
fn duration(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
