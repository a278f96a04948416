//! `make test-kernels`: boots real kernels in QEMU, and runs the tests there.

use anyhow::{Context, Result};
use kernels::outcome::Outcome;
use kernels::platforms::{Kernel, Platform, select};
use kernels::report::{Boot, table};
use kernels::suite::{OF_INIT, OF_PAUSE, Step, programs};
use kernels::{initramfs, machine, programs};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};
use tempfile::TempDir;

/// The most machines at a time.
const MACHINES: usize = 2;

fn main() -> Result<ExitCode> {
    let platforms = select(&env::args().skip(1).collect::<Vec<_>>())?;
    let steps: Vec<Step> = OF_PAUSE.iter().chain(OF_INIT).copied().collect();
    let folder = tempfile::tempdir().context("no folder can be made for the machines' file systems")?;
    let boots = boot_all(&platforms, &steps, &folder)?;
    let mut is_good = true;
    for Boot { platform, outcome } in &boots {
        is_good &= show(platform, outcome);
    }
    println!("\n{}", table(&boots));
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds the tests for each platform, and boots its kernels, two machines at a time.
fn boot_all(platforms: &[Platform], steps: &[Step], folder: &TempDir) -> Result<Vec<Boot>> {
    let mut jobs = Vec::new();
    for platform in platforms {
        println!("{}: building the tests", platform.name);
        let built = programs::build(platform, &programs(steps))?;
        let file = folder.path().join(platform.name.replace('/', "-"));
        fs::write(&file, initramfs::build(platform, &built, steps)?)?;
        jobs.extend(platform.kernels.iter().map(|kernel| (platform, kernel, file.clone())));
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..MACHINES {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some((platform, kernel, file)) = jobs.get(at) else { return };
                    let name = name(platform, kernel);
                    let progress = |message: &str| println!("{name}: {message}");
                    let outcome = machine::boot(platform, kernel, file, progress).map_err(|error| format!("{error:#}"));
                    done.lock().expect("no thread panics").push((at, Boot { platform: name.clone(), outcome }));
                }
            });
        }
    });
    let mut boots = done.into_inner().expect("no thread panics");
    boots.sort_by_key(|(at, _)| *at);
    Ok(boots.into_iter().map(|(_, boot)| boot).collect())
}

/// Returns the name of a boot: the platform, with Debian's release if the kernel is not the newest.
fn name(platform: &Platform, kernel: &Kernel) -> String {
    if platform.kernels.first() == Some(kernel) {
        platform.name.clone()
    } else {
        format!("{}, {}", platform.name, kernel.release)
    }
}

/// Shows what went wrong in a boot. Returns whether nothing did.
fn show(platform: &str, outcome: &Result<Outcome, String>) -> bool {
    let outcome = match outcome {
        Ok(outcome) if outcome.is_good() => return true,
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("\n{platform}: {error}");
            return false;
        }
    };
    eprintln!("\n{platform} ({}):", outcome.kernel);
    outcome.output.iter().for_each(|line| eprintln!("    {line}"));
    if !outcome.problems.is_empty() {
        eprintln!("the last lines of the console:");
        outcome.last_lines.iter().for_each(|line| eprintln!("    {line}"));
    }
    for line in outcome.problems.iter().chain(&outcome.broken) {
        eprintln!("{platform}: {line}");
    }
    false
}
