//! Tens of thousands of processes: little memory, and how long it takes is printed.

use crate::sandbox::Sandbox;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;
use testkit::container::{container, finish};
use testkit::programs::never_reaps;

/// The most memory that it may allocate, in bytes.
const MEMORY: u32 = 30 << 20;

/// Makes so many zombies, and looks once at them.
fn look_at(count: usize) {
    let sandbox = Sandbox::new(never_reaps());
    finish(container(&sandbox.pod, &["one-by-one", &count.to_string()]));
    let output = sandbox.path("output"); // a pipe would be too small
    let mut command = Command::new("prlimit");
    command.arg(format!("--data={MEMORY}")).arg(sandbox.path("zombies")).args(["--json", "--age=0"]);
    command.stdout(fs::File::create(&output).expect("a file")).stdin(Stdio::null());
    let start = Instant::now();
    let status = sandbox.pod.join(command).wait().status;
    let elapsed = start.elapsed();
    assert_eq!(status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&output).expect("a file")).expect("JSON");
    assert_eq!(report["zombies"], count);
    eprintln!("{count} zombies: {elapsed:?}, with the start of the process");
}

#[test]
fn a_thousand_zombies_need_little_memory() {
    look_at(1000);
}

/// It takes most of the machine's process IDs for some seconds, so it runs only if it is asked for, with `--ignored`.
#[test]
#[ignore]
fn thirty_thousand_zombies_need_little_memory() {
    look_at(30_000);
}
