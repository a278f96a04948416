//! What the wrapper costs: at the start of a container, beside the runtime alone, and memory while the container runs.

use super::bundle::{Called, Runtime};
use e2e::report::Report;
use procfs::process::Process;
use std::time::Instant;
use testkit::until;

/// How often the start is measured.
const TURNS: usize = 50;

pub fn measure(report: &mut Report, runtime: &Runtime) -> Option<()> {
    let times = report.step("a container starts and ends, in turns with and without the wrapper", || {
        [(); TURNS].map(|()| [Called::Alone, Called::Wrapped].map(|called| time(runtime, called)))
    })?;
    for (index, name) in ["alone", "wrapped"].into_iter().enumerate() {
        report.note(&format!("ms, {name}: {}", summary(times.map(|pair| pair[index]))));
    }
    report.note(&format!(
        "ms that the wrapper adds, in pairs: {}",
        summary(times.map(|[alone, wrapped]| wrapped - alone))
    ));
    let resident = report.step("while a container runs, `init` is small", || resident(runtime))?;
    report.note(&format!("KiB resident of init, the only process more: {resident}"));
    Some(())
}

/// Returns how many milliseconds it takes to run a container that does nothing.
fn time(runtime: &Runtime, called: Called) -> f64 {
    runtime.bundle("cost", ":", |_| ());
    let start = Instant::now();
    runtime.run_bundle(called, "cost").ok();
    start.elapsed().as_secs_f64() * 1000.0
}

fn summary(mut values: [f64; TURNS]) -> String {
    values.sort_by(f64::total_cmp);
    let [low, median, high] = [1, 5, 9].map(|tenth| values[TURNS * tenth / 10]);
    format!("median {median:.1}, from {low:.1} to {high:.1} (10 % and 90 %)")
}

/// Returns how many KiB of `init` are resident in a container whose program sleeps.
fn resident(runtime: &Runtime) -> u64 {
    runtime.bundle("memory", "exec sleep 1000", |_| ());
    let process = runtime.start_bundle(Called::Wrapped, "memory");
    let mut found = None;
    until("init waits for the program's end", || {
        found = init(runtime);
        found.is_some()
    });
    runtime.run(Called::Wrapped, &["kill", "memory", "KILL"]).ok();
    process.wait(); // the runtime removes the container
    found.expect("the condition")
}

/// Returns how many KiB of it are resident, if it has started the program.
fn init(runtime: &Runtime) -> Option<u64> {
    let state = runtime.run(Called::Wrapped, &["state", "memory"]);
    let state: serde_json::Value = serde_json::from_str(&state.stdout).ok()?;
    let process = Process::new_with_root(runtime.machine.proc(&state["pid"].to_string())).ok()?;
    let stat = process.stat().ok()?;
    let waits = stat.comm == ".init"
        && stat.state == 'S'
        && !process.tasks().ok()?.flatten().next()?.children().ok()?.is_empty();
    waits.then(|| process.status().ok()?.vmrss).flatten()
}
