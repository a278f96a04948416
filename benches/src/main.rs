//! `bench`: `pause` and its peers, side by side on this machine.
//!
//! | module         | its one job                                                              |
//! | -------------- | ------------------------------------------------------------------------ |
//! | [`arguments`]  | the command line                                                         |
//! | [`peers`]      | who is compared, and how each is built or found                          |
//! | [`sample_counts`]     | how often everything is done                                             |
//! | [`bench`]      | rounds, each of which has every peer once                                |
//! | [`measures`]   | what is measured, one file each                                          |
//! | [`statistics`] | many samples in three numbers                                            |
//! | [`results`]    | all that was measured, and on what: `docs/measured/bench.json`                    |
//! | [`machine`]    | this machine, in a few words                                             |
//! | [`report`]     | tables for the terminal, and the one that the README quotes              |
//! | [`picture`]    | pictures for the README                                                  |

mod arguments;
mod bench;
mod machine;
mod measures;
mod peers;
mod picture;
mod report;
mod results;
mod sample_counts;
mod statistics;

use arguments::{Arguments, Task};
use bench::Bench;
use peers::{INIT, PAUSE};
use results::Results;
use sample_counts::Effort;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// What goes wrong here is told in one sentence.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    match arguments::read()? {
        Task::Help => print(arguments::USAGE),
        Task::Crowd(words) => measures::density::serve(&words),
        Task::Measure(arguments) => measure(&arguments),
    }
}

fn measure(Arguments { is_quick, extra, output }: &Arguments) -> Result<()> {
    machine::is_fit()?;
    let effort = if *is_quick { sample_counts::QUICK } else { sample_counts::FULL };
    let bench = Bench::new(peers::all(extra)?, effort);

    let sizes = measures::size::measure(&bench)?;
    let memory = measures::memory::measure(&bench)?;
    let crowd = measures::density::measure(&bench)?;
    let version = measures::version::measure(&bench)?;
    let (loss, curves) = measures::lost_sigterm::measure(&bench)?;
    let shutdown = measures::shutdown::measure(&bench)?;
    let storm = measures::orphan_throughput::measure(&bench)?;
    let famine = measures::starvation::measure(&bench)?;
    let idle = measures::idle::measure(&bench)?;
    let calls = measures::system_calls::measure(&bench)?;

    let rows = [sizes, memory, crowd, version, loss, shutdown, storm, famine, idle, calls].concat();
    let results = Results::new(&bench, rows, Some(curves))?;
    bench.end();
    print(&report::for_terminal(&results))?;
    let inits = measure_inits(effort)?;
    print(&report::for_readme(&inits, INIT))?;
    if let Some(folder) = output {
        results.write(&folder.join("bench.json"))?;
        results::write(&folder.join("bench.md"), &report::for_readme(&results, PAUSE))?;
        picture::draw(&results, folder)?;
        inits.write(&folder.join("bench-init.json"))?;
        results::write(&folder.join("bench-init.md"), &report::for_readme(&inits, INIT))?;
    }
    Ok(())
}

/// The same of `init` and its peers, as far as it is about them: each is process 1, and has a child that sleeps.
fn measure_inits(effort: Effort) -> Result<Results> {
    let bench = Bench::new(peers::inits()?, effort);
    let sizes = measures::size::measure(&bench)?;
    let memory = measures::memory::measure(&bench)?;
    let child = measures::child_latency::measure(&bench)?;
    let shutdown = measures::shutdown::measure(&bench)?;
    let storm = measures::orphan_throughput::measure(&bench)?;
    let idle = measures::idle::measure(&bench)?;
    let results = Results::new(&bench, [sizes, memory, child, shutdown, storm, idle].concat(), None)?;
    bench.end();
    Ok(results)
}

fn print(text: &str) -> Result<()> {
    writeln!(io::stdout(), "{text}").map_err(|error| format!("the standard output cannot be written: {error}").into())
}
