//! Tables of results: medians with their spread for the terminal, and medians for docs/measured.

use crate::numbers::grouped;
use crate::peers::{FLOOR, Peer};
use crate::results::Results;
use crate::row::{Better, Row};
use crate::statistics::{Summary, rounded};

const NONE: &str = "–";

/// All results, with a column of at least 19 characters for each peer.
pub fn for_terminal(results: &Results, own: &str) -> String {
    let width = |name: &str| name.len().max(19);
    let line = |first: &str, cells: Vec<(String, usize)>| {
        let cells = cells.iter().map(|(cell, width)| format!(" {cell:>width$}"));
        format!("{first:<45}{}", cells.collect::<String>())
    };
    let peers = &results.peers;
    let mut lines: Vec<String> = peers.iter().map(Peer::summary).collect();
    lines.push(format!("\n{}\n\nmedians, ± half of the interquartile range", machine(results)));
    lines.push(line("", peers.iter().map(|peer| (peer.name.clone(), width(&peer.name))).collect()));
    for row in &results.measures {
        let cells = row.values.iter().zip(peers);
        let cells =
            cells.map(|(value, peer)| (value.map_or(NONE.into(), |value| with_spread(&value)), width(&peer.name)));
        lines.push(line(&label(row), cells.collect()));
    }
    lines.join("\n") + "\n\n" + &better_than(results, own)
}

/// A Markdown table of medians, and the peers that are better than `own`.
pub fn in_markdown(results: &Results, own: &str) -> String {
    let line = |first: &str, cells: Vec<String>| format!("| {first} | {} |\n", cells.join(" | "));
    let mut text = line("", results.peers.iter().map(|peer| peer.name.clone()).collect());
    text += &line(":---", vec!["---:".to_owned(); results.peers.len()]);
    for row in &results.measures {
        let values = row.values.iter().map(|value| value.map_or(NONE.into(), |value| grouped(value.median)));
        text += &line(&label(row), values.collect());
    }
    text + "\n" + &better_than(results, own) + "\n" + &machine(results) + "\n"
}

fn label(row: &Row) -> String {
    // The name of a count says what is counted.
    if row.unit == "count" { row.name.clone() } else { format!("{}, {}", row.name, row.unit) }
}

fn with_spread(value: &Summary) -> String {
    match rounded((value.high - value.low) / 2.0) {
        0.0 => grouped(value.median),
        spread => format!("{} ±{}", grouped(value.median), grouped(spread)),
    }
}

/// Names the peers that are better than `name`, and the measures in which they are.
fn better_than(results: &Results, name: &str) -> String {
    let position = |name: &str| results.peers.iter().position(|peer| peer.name == name);
    let own_at = position(name).expect("a peer of this name");
    let mut lines = Vec::new();
    let mut below = Vec::new();
    for row in &results.measures {
        for at in row.better_than(own_at) {
            if Some(at) == position(FLOOR) {
                below.push(&*row.name);
                continue;
            }
            // With their spread, which may be greater than the difference.
            let [own, other] = [own_at, at].map(|at| row.values[at].as_ref().map(with_spread).unwrap_or_default());
            let comparison = if row.better == Better::Lower { "less" } else { "more" };
            let peer = &results.peers[at].name;
            lines.push(format!(
                "{peer} is better than {name} at: {} ({comparison}: {other}, {name} {own}).\n",
                row.name
            ));
        }
    }
    if lines.is_empty() {
        lines.push(format!("No peer is better than {name} at any of these.\n"));
    }
    if !below.is_empty() {
        lines.push(format!("The {FLOOR}, which only sleeps, is below {name} in: {}.\n", below.join("; ")));
    }
    lines.concat()
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
        results.sample_counts,
        if machine.real_time { ", clock read with real-time priority" } else { "" },
    )
}
