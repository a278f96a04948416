//! `bench`: measures `pause`, `init` and their peers side by side on this machine.
//!
//! | module            | its one job                                                              |
//! | ----------------- | ------------------------------------------------------------------------ |
//! | [`arguments`]     | the command line                                                         |
//! | [`peers`]         | the programs that are compared                                           |
//! | [`compile`]       | compiles and finds those programs                                        |
//! | [`sample_counts`] | how many samples are taken                                               |
//! | [`bench`]         | takes samples in rounds, each of which measures every peer once          |
//! | [`measures`]      | what is measured, one file for each                                      |
//! | [`statistics`]    | summarizes samples                                                       |
//! | [`row`]           | a measure in the results: one value for each peer                        |
//! | [`machine`]       | describes this machine                                                   |
//! | [`results`]       | all results, and the file docs/measured/bench.json                       |
//! | [`report`]        | tables for the terminal and for docs/measured                            |
//! | [`numbers`]       | formats numbers with thousands separators                                |
//! | [`picture`]       | pictures for docs/measured                                               |

mod arguments;
mod bench;
mod compile;
mod machine;
mod measures;
mod numbers;
mod peers;
mod picture;
mod report;
mod results;
mod row;
mod sample_counts;
mod statistics;

use anyhow::{Context, Result};
use arguments::{Arguments, Task};
use bench::Bench;
use image::output::write;
use measures::*;
use peers::{INIT, PAUSE};
use results::Results;
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    match arguments::read()? {
        Task::Help => print(arguments::USAGE),
        Task::StartSandboxes(words) => density::start_sandboxes(&words),
        Task::Measure(arguments) => measure(&arguments),
    }
}

fn measure(Arguments { is_quick, extra, output }: &Arguments) -> Result<()> {
    machine::check()?;
    let counts = if *is_quick { sample_counts::QUICK } else { sample_counts::FULL };
    let results = measure_pauses(Bench::new(peers::pauses(extra)?, counts))?;
    print(&report::for_terminal(&results, PAUSE))?;
    let inits = measure_inits(Bench::new(peers::inits()?, counts))?;
    print(&report::for_terminal(&inits, INIT))?;
    if let Some(folder) = output {
        for (results, name, own) in [(&results, "bench", PAUSE), (&inits, "bench-init", INIT)] {
            write(&folder.join(format!("{name}.json")), (serde_json::to_string_pretty(results)? + "\n").as_bytes())?;
            write(&folder.join(format!("{name}.md")), report::in_markdown(results, own).as_bytes())?;
        }
        picture::draw(&results, folder)?;
    }
    Ok(())
}

fn measure_pauses(bench: Bench) -> Result<Results> {
    let (lost_sigterm, curves) = lost_sigterm::measure(&bench)?;
    let rows = [
        size::measure(&bench)?,
        memory::measure(&bench)?,
        density::measure(&bench)?,
        version::measure(&bench)?,
        lost_sigterm,
        shutdown::measure(&bench)?,
        orphan_throughput::measure(&bench)?,
        starvation::measure(&bench)?,
        freezing::measure(&bench)?,
        idle::measure(&bench)?,
        system_calls::measure(&bench)?,
    ];
    Results::new(bench.peers, bench.counts.name, rows.concat(), Some(curves))
}

/// The measures that apply to an init, which has a sleeping child.
fn measure_inits(bench: Bench) -> Result<Results> {
    let rows = [
        size::measure(&bench)?,
        memory::measure(&bench)?,
        child_latency::measure(&bench)?,
        shutdown::measure(&bench)?,
        orphan_throughput::measure(&bench)?,
        starvation::measure(&bench)?,
        freezing::measure(&bench)?,
        idle::measure(&bench)?,
    ];
    Results::new(bench.peers, bench.counts.name, rows.concat(), None)
}

fn print(text: &str) -> Result<()> {
    writeln!(io::stdout(), "{text}").context("the standard output cannot be written")
}
