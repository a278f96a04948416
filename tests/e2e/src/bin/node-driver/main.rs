//! The test of a whole node, which runs on that node: prints a row for each step of a phase.
//!
//! `tests/node` boots the node once for each phase, with two variables: `PHASE`, and `IMAGE`, the name of our image.

mod node;
mod phases;

use e2e::report::Report;
use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut report = Report::part();
    report.set_runtime("node");
    let phase = env::var("PHASE").unwrap_or_default();
    match &*phase {
        "switch" => phases::switch(&mut report),
        "reboot" => phases::reboot(&mut report),
        "power-cut" => phases::power_cut(&mut report),
        _ => panic!("PHASE is {phase:?}, not switch, reboot or power-cut"),
    };
    if report.finish() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
