//! `make conformance`: which promises of a process 1 `pause` and its peers keep on this machine. Writes docs/conformance.md.

use anyhow::{Context, Result, bail};
use escargot::CargoBuild;
use kernels::platforms::project;
use kernels::programs::{executables, upstream_equivalent};
use kernels::promises::{PROMISES, Promise};
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{Signal, kill};
use nix::sys::utsname::uname;
use nix::sys::wait::waitpid;
use nix::unistd::getpid;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::deadline::SECONDS;
use testkit::programs::OTHER;
use testkit::usage::children;

/// How long a test waits with another program than `pause`, in seconds.
const DEADLINE: &str = "20";

/// How long a test may take: with a process 1 that breaks a promise, some never end.
const LIMIT: Duration = Duration::from_secs(60);

/// A program, and the command that starts it in place of `pause`.
struct Peer {
    name: &'static str,
    command: Option<String>,
}

fn main() -> Result<()> {
    let mut build = CargoBuild::new().manifest_path(project().join("Cargo.toml")).package("kernels");
    for program in PROMISES.iter().map(|promise| promise.program) {
        build = build.test(program);
    }
    let tests = executables(build)?;
    set_child_subreaper(true)?;
    let peers = peers()?;
    let mut rows = Vec::new();
    for (at, promise) in PROMISES.iter().enumerate() {
        println!("{} of {}: {}", at + 1, PROMISES.len(), promise.sentence);
        let kept = peers.iter().map(|peer| keeps(&tests, promise, peer)).collect::<Result<Vec<bool>>>()?;
        rows.push((promise, kept));
    }
    let table = table(&peers, &rows);
    println!("\n{table}");
    if rows.iter().any(|(_, kept)| !kept[0]) {
        bail!("pause breaks a promise: see the table");
    }
    fs::write(project().join("docs/conformance.md"), page(&table)?).context("docs/conformance.md cannot be written")
}

/// Returns `pause` and its peers. A peer that starts a program gets one that ends on SIGTERM with status 0.
fn peers() -> Result<Vec<Peer>> {
    let child = testkit::programs::path("never-reaps").display();
    let equivalent = upstream_equivalent()?.display().to_string();
    Ok(vec![
        Peer { name: "pause", command: None },
        Peer { name: "C equivalent", command: Some(equivalent) },
        Peer { name: "catatonit -P", command: Some("/usr/bin/catatonit -P".into()) },
        Peer { name: "tini", command: Some(format!("/usr/bin/tini-static -- {child}")) },
        Peer { name: "dumb-init", command: Some(format!("/usr/bin/dumb-init -- {child}")) },
    ])
}

/// Returns whether the test of a promise passes with this program as process 1.
fn keeps(tests: &BTreeMap<String, PathBuf>, promise: &Promise, peer: &Peer) -> Result<bool> {
    let test = tests.get(promise.program).with_context(|| format!("cargo built no test {}", promise.program))?;
    let mut command = Command::new(test);
    command.args(["--exact", promise.test]).stdin(Stdio::null());
    if let Some(other) = &peer.command {
        command.env(OTHER, other).env(SECONDS, DEADLINE);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().with_context(|| format!("{} cannot be started", test.display()))?;
    let start = Instant::now();
    while child.try_wait()?.is_none() {
        if peer.command.is_some() && start.elapsed() > LIMIT {
            child.kill()?; // its pods end with it
        }
        sleep(Duration::from_millis(10));
    }
    end_orphans()?; // which may hold the pipe open
    let output = child.wait_with_output()?;
    if !String::from_utf8_lossy(&output.stdout).contains("running 1 test") {
        bail!("{} has no test {}", promise.program, promise.test);
    }
    Ok(output.status.success())
}

/// Ends the processes that a test has left: another process 1 than `pause` may leave its program.
fn end_orphans() -> Result<()> {
    while let Some(&orphan) = children(getpid()).first() {
        kill(orphan, Signal::SIGKILL)?;
        waitpid(orphan, None)?;
    }
    Ok(())
}

fn table(peers: &[Peer], rows: &[(&Promise, Vec<bool>)]) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let names = peers.iter().map(|peer| peer.name.to_owned());
    let mut table = row(["promise", "test"].map(String::from).into_iter().chain(names).collect());
    table += &row(vec!["---".into(); 2 + peers.len()]);
    for (promise, kept) in rows {
        let kept = kept.iter().map(|&kept| if kept { "yes" } else { "**no**" }.to_owned());
        let (program, test) = (promise.program, promise.test.rsplit("::").next().unwrap_or_default());
        table +=
            &row([promise.sentence.to_owned(), format!("`{program}`: `{test}`")].into_iter().chain(kept).collect());
    }
    let sum = |at: usize| rows.iter().filter(|(_, kept)| kept[at]).count().to_string();
    let sums = (0..peers.len()).map(sum);
    table + &row(["kept, of ".to_owned() + &rows.len().to_string(), String::new()].into_iter().chain(sums).collect())
}

fn page(table: &str) -> Result<String> {
    let kernel = uname()?.release().to_string_lossy().into_owned();
    Ok(format!(
        "# Conformance\n\n\
        What a pod may expect of its process 1, and which programs keep it. `make conformance` wrote this page on Linux {kernel}:\n\
        do not edit it. Each promise is a test of this project, which runs with the other program in place of `pause`. Its messages\n\
        do not count.\n\n\
        The C equivalent of Kubernetes' `pause` is [written for comparison](../benches/peers/upstream_equivalent.c). The others are\n\
        Debian's packages. tini and dumb-init are made for single containers: here they start a program that ends on SIGTERM with\n\
        status 0, and they forward to it all signals.\n\n\
        {table}\n\
        Test another program on [a real kernel](testing.md#on-real-kernels): `make test-kernels PLATFORM=linux/amd64 PROGRAM=/path/to/pause`.\n"
    ))
}
