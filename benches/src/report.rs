//! Tables: for the terminal, medians with their spread and ratios; for the README, medians.

use crate::peers::{FLOOR, PAUSE, UPSTREAM};
use crate::results::{Better, Results, Row};
use crate::statistics::{Summary, rounded};
use std::fmt::Write;

const NONE: &str = "–";

/// All of it, for people at the terminal.
pub fn for_terminal(results: &Results) -> String {
    let mut text = String::new();
    for peer in &results.peers {
        _ = writeln!(
            text,
            "{:<27} {}: {}",
            peer.name,
            peer.description,
            if peer.version.is_empty() { NONE } else { &peer.version }
        );
    }
    _ = writeln!(text, "\n{}\n\nmedians, ± half of what the middle half of the samples spreads over", machine(results));
    text += &table(results, |_, value| value.map_or(NONE.into(), |value| with_spread(&value)));
    let (upstream, floor) = (results.position(UPSTREAM), results.position(FLOOR));
    _ = writeln!(text, "\ntimes the {UPSTREAM} / times the {FLOOR}'s");
    text += &table(results, |row, value| {
        let to = |base: usize| ratio(value, row.values[base]).map_or(NONE.into(), |ratio| grouped(rounded(ratio)));
        format!("{} / {}", to(upstream), to(floor))
    });
    text + "\n" + &better_than(results, PAUSE)
}

/// What the README quotes: medians alone, and the truth about who is better than `own`.
pub fn for_readme(results: &Results, own: &str) -> String {
    let cells = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let names = results.peers.iter().map(|peer| peer.name.clone());
    let mut text = cells([String::new()].into_iter().chain(names).collect());
    text += &cells([":---".to_owned()].into_iter().chain(results.peers.iter().map(|_| "---:".to_owned())).collect());
    for row in &results.measures {
        let values = row.values.iter().map(|value| value.map_or(NONE.into(), |value| grouped(value.median)));
        text += &cells([label(row)].into_iter().chain(values).collect());
    }
    text + "\n" + &better_than(results, own) + "\n" + &machine(results) + "\n"
}

/// A table of `cell`s, aligned: a row for each measure, a column for each peer.
fn table(results: &Results, cell: impl Fn(&Row, Option<Summary>) -> String) -> String {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let names: Vec<[&str; 2]> = results.peers.iter().map(|peer| in_two(&peer.name)).collect();
    for part in 0..2 {
        lines.push([""].into_iter().chain(names.iter().map(|name| name[part])).map(str::to_owned).collect());
    }
    for row in &results.measures {
        lines.push([label(row)].into_iter().chain(row.values.iter().map(|&value| cell(row, value))).collect());
    }
    let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..=results.peers.len()).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let cells = line.iter().zip(&widths).enumerate().map(|(at, (cell, &width))| match at {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

/// A name in two lines, broken at a space near its middle.
fn in_two(name: &str) -> [&str; 2] {
    let middle = name.len() / 2;
    let spaces = name.match_indices(' ').map(|(at, _)| at).filter(|_| name.len() > 12);
    match spaces.min_by_key(|at| at.abs_diff(middle)) {
        Some(at) => [&name[..at], &name[at + 1..]],
        None => ["", name],
    }
}

fn label(row: &Row) -> String {
    match row.unit {
        // Its name says what is counted.
        "count" => row.name.clone(),
        unit => format!("{}, {unit}", row.name),
    }
}

fn with_spread(value: &Summary) -> String {
    match rounded((value.high - value.low) / 2.0) {
        0.0 => grouped(value.median),
        spread => format!("{} ±{}", grouped(value.median), grouped(spread)),
    }
}

/// How many times the base a value is; nothing where there is none, or the base is zero.
fn ratio(value: Option<Summary>, base: Option<Summary>) -> Option<f64> {
    let (value, base) = (value?.median, base?.median);
    (base != 0.0).then(|| value / base)
}

/// Whoever is better than `name` at something, by name and number.
fn better_than(results: &Results, name: &str) -> String {
    let own_at = results.position(name);
    let floor = results.peers.iter().position(|peer| peer.name == FLOOR);
    let mut text = String::new();
    for row in &results.measures {
        for at in row.better_than(own_at).into_iter().filter(|&at| Some(at) != floor) {
            // With their spread: one may well be better by less than that.
            let [own, other] = [own_at, at].map(|at| row.values[at].as_ref().map(with_spread).unwrap_or_default());
            let comparison = if row.better == Better::Lower { "less" } else { "more" };
            let peer = &results.peers[at].name;
            _ = writeln!(text, "{peer} is better than {name} at: {} ({comparison}: {other}, {name} {own}).", row.name);
        }
    }
    if text.is_empty() {
        _ = writeln!(text, "No peer is better than {name} at any of these.");
    }
    let is_below = |row: &&Row| floor.is_some_and(|floor| row.better_than(own_at).contains(&floor));
    let below: Vec<&str> = results.measures.iter().filter(is_below).map(|row| &*row.name).collect();
    if !below.is_empty() {
        _ = writeln!(text, "The {FLOOR}, which only sleeps, is below {name} in: {}.", below.join("; "));
    }
    text
}

fn machine(results: &Results) -> String {
    let machine = &results.machine;
    format!(
        "{}: {} ({}), {} CPUs, {} GiB, Linux {}, control groups {}, {} run{}",
        results.date,
        machine.model,
        machine.architecture,
        machine.cpus,
        machine.memory,
        machine.kernel,
        machine.cgroups,
        results.effort,
        if machine.real_time { ", clock read with real-time priority" } else { "" },
    )
}

/// A number with its thousands apart.
pub fn grouped(value: f64) -> String {
    let text = value.to_string();
    let (whole, part) = text.split_once('.').map_or((&text[..], ""), |(whole, part)| (whole, part));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if part.is_empty() { grouped } else { format!("{grouped}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        let numbers = [(0.0, "0"), (999.0, "999"), (1000.0, "1,000"), (1_234_567.0, "1,234,567"), (0.0123, "0.0123")];
        for (number, text) in numbers {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn a_long_name_is_in_two_lines() {
        assert_eq!(in_two(UPSTREAM), ["C equivalent", "of upstream's"]);
        assert_eq!(in_two("catatonit -P"), ["", "catatonit -P"]);
    }
}
