//! The demo shows zombies only in the control, and an interrupt leaves no process behind.

use nix::unistd::Pid;
use procfs::process::Process;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use testkit::lone_process_1::process_tree;
use testkit::pod::{has_ended, send};
use testkit::{PodProcess, until};

/// The demo, as `make demo` builds it, with its output in pipes.
fn demo() -> Command {
    let built = Command::new(env!("CARGO")).args(["build", "--quiet", "--release", "--package", "demo"]).status();
    assert!(built.is_ok_and(|status| status.success()), "the demo cannot be built");
    let test = std::env::current_exe().expect("the test program has a path");
    let mut demo = Command::new(test.ancestors().nth(3).expect("cargo's folder").join("release/demo"));
    demo.stdout(Stdio::piped()).stderr(Stdio::piped());
    demo
}

#[test]
fn it_shows_zombies_only_in_the_control() {
    let output = PodProcess::outside(demo()).wait();
    let shown = String::from_utf8(output.stdout).expect("plain text");
    assert!(output.status.success(), "{}{shown}", String::from_utf8_lossy(&output.stderr));

    let (with_pause, rest) = shown.split_once("does not reap").expect("the control");
    let (control, end) = rest.split_once("SIGTERM to pause").expect("the end");
    assert!(with_pause.contains("    1     0  S      pause\n") && with_pause.contains("    1  S      orphan-maker\n"));
    assert!(!with_pause.contains('Z') && with_pause.contains("No zombie is left."));
    assert!(control.contains("    1  Z      orphan-maker <zombie>\n") && control.contains("9 zombies are left."));
    assert!(end.contains("Shutting down, got signal: Terminated") && end.contains("status 0"));
    assert!(!shown.contains('\x1b'), "escape sequences are for terminals");
}

/// Starts the demo in a terminal. Returns `script`, which runs it, and the lines that the terminal shows.
fn in_terminal() -> (PodProcess, impl Iterator<Item = String>) {
    let mut terminal = Command::new("script");
    terminal.args(["-qec", demo().get_program().to_str().expect("a plain path"), "/dev/null"]);
    terminal.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut terminal = PodProcess::outside(terminal);
    let stdout = terminal.streams().stdout.take().expect("a pipe");
    (terminal, BufReader::new(stdout).lines().map_while(Result::ok))
}

#[test]
fn in_a_terminal_it_redraws_its_table() {
    let (terminal, lines) = in_terminal();
    let lines: Vec<String> = lines.collect();
    assert!(terminal.wait().status.success());
    assert!(lines.iter().any(|line| line.contains("\x1b[J")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("No zombie is left.")));
}

#[test]
fn an_interrupt_leaves_no_process_behind() {
    let (terminal, mut lines) = in_terminal();
    lines.find(|line| line.contains("<zombie>")).expect("the table with zombies");
    let started = process_tree(terminal.pid());
    assert!(started.len() > 6, "`script`, the demo, two pods and a container, each with its shim: {started:?}");
    let is_demo =
        |pid: &&Pid| Process::new(pid.as_raw()).and_then(|process| process.stat()).is_ok_and(|it| it.comm == "demo");
    let demo = started.iter().find(is_demo).expect("the demo runs");
    send(*demo, libc::SIGINT).expect("the demo runs");
    assert_eq!(terminal.wait().status.code(), Some(128 + libc::SIGINT), "`script` exits with the status of the demo");
    until("all processes of the demo have ended", || started.iter().all(|pid| has_ended(*pid)));
}
