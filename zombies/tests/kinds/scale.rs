//! Tens of thousands of processes: little memory, and how long it takes is printed.

use crate::sandbox::{ORDINARY_USER, Sandbox, log_missing};
use nix::unistd::geteuid;
use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::Instant;
use testkit::container::{container, finish};
use testkit::programs::never_reaps;

/// The most memory that it may allocate, in bytes.
const MEMORY: u32 = 30 << 20;

/// Makes so many zombies.
fn zombies(count: usize) -> Sandbox {
    let sandbox = Sandbox::new(never_reaps());
    finish(container(&sandbox.pod, &["one-by-one", &count.to_string()]));
    sandbox
}

/// Looks once, and returns how many zombies it has seen. Returns `None` if it needs more memory than this.
fn look(sandbox: &Sandbox, memory: u32) -> Option<u64> {
    let output = sandbox.path("output"); // a pipe would be too small
    let mut command = Command::new("prlimit");
    command.arg(format!("--data={memory}")).arg(sandbox.path("zombies")).args(["--json", "--age=0"]);
    command.stdout(fs::File::create(&output).expect("a file")).stderr(Stdio::null()).stdin(Stdio::null());
    let start = Instant::now();
    let status = sandbox.pod.join(command).wait().status;
    let elapsed = start.elapsed();
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&output).expect("a file")).ok()?;
    eprintln!("{} zombies: {elapsed:?}, with the start of the process", report["zombies"]);
    assert_eq!(status.code(), Some(1));
    report["zombies"].as_u64()
}

#[test]
fn a_thousand_zombies_need_little_memory() {
    let sandbox = zombies(1000);
    assert_eq!(look(&sandbox, MEMORY), Some(1000));
    assert_eq!(look(&sandbox, 512 << 10), None, "the control");
}

/// It takes most of the machine's process IDs for some seconds, so it runs only if it is asked for, with `--ignored`.
#[test]
#[ignore]
fn thirty_thousand_zombies_need_little_memory() {
    assert_eq!(look(&zombies(30_000), MEMORY), Some(30_000));
}

/// Runs a program as an ordinary user whose limit of processes is reached.
fn at_the_limit(sandbox: &Sandbox, program: &[&str]) -> Output {
    let mut command = Command::new("prlimit");
    let user = format!("--reuid={ORDINARY_USER}");
    command.args(["--nproc=1", "setpriv", &user, "--clear-groups"]).args(program);
    let output = fs::File::create(sandbox.path("output")).expect("a file");
    command.stdout(output).stderr(Stdio::piped()).stdin(Stdio::null());
    sandbox.pod.join(command).wait()
}

#[test]
fn where_no_thread_can_start_it_sees_the_same() {
    if !geteuid().is_root() {
        return log_missing("a limit of processes, which binds ordinary users");
    }
    let sandbox = zombies(2000);
    let control = at_the_limit(&sandbox, &["sh", "-c", "true & wait"]);
    assert!(!control.status.success(), "the control: a shell can start nothing");
    let program = sandbox.path("zombies").display().to_string();
    let output = at_the_limit(&sandbox, &[&program, "--json", "--age=0"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(sandbox.path("output")).expect("a file")).expect("JSON");
    assert_eq!(report["zombies"], 2000);
}
