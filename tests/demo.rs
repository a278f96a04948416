//! The demo shows what it promises, ends by itself, and leaves nothing behind when it is interrupted.

use nix::unistd::Pid;
use procfs::process::all_processes;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use testkit::pod::{has_ended, send};
use testkit::{PodProcess, until};

/// The demo, as cargo has built it beside this test; its output in a pipe.
fn demo() -> Command {
    let folder = std::env::current_exe().ok().and_then(|test| Some(test.parent()?.parent()?.join("examples")));
    let mut demo =
        Command::new(folder.map(|folder| folder.join("pod")).filter(|demo| demo.exists()).unwrap_or_else(build));
    demo.stdout(Stdio::piped()).stderr(Stdio::piped());
    demo
}

/// Builds the demo, where `cargo test` was asked for this test alone.
fn build() -> PathBuf {
    let built = Command::new(env!("CARGO")).args(["build", "--example", "pod"]).status();
    assert!(built.is_ok_and(|status| status.success()), "the demo cannot be built");
    demo().get_program().into()
}

#[test]
fn it_shows_zombies_only_where_nobody_reaps() {
    let output = PodProcess::outside(demo()).wait();
    let said = String::from_utf8(output.stdout).expect("plain text");
    assert!(output.status.success(), "{}{said}", String::from_utf8_lossy(&output.stderr));

    let (with_pause, rest) = said.split_once("does not reap").expect("it shows the control");
    let (control, end) = rest.split_once("SIGTERM to pause").expect("it shows the end");
    assert!(with_pause.contains("    1     0  S      pause\n") && with_pause.contains("    1  S      orphan-maker\n"));
    assert!(!with_pause.contains('Z') && with_pause.contains("No zombie is left."));
    assert!(control.contains("    1  Z      orphan-maker <zombie>\n") && control.contains("9 zombies are left."));
    assert!(end.contains("Shutting down, got signal: Terminated") && end.contains("status 0"));
    assert!(!said.contains('\x1b'), "escape sequences are for terminals");
}

/// The demo in a terminal, of which `script` keeps a record on its standard output.
fn in_terminal() -> PodProcess {
    let mut terminal = Command::new("script");
    terminal.args(["-qec", demo().get_program().to_str().expect("a plain path"), "/dev/null"]);
    terminal.stdin(Stdio::null()).stdout(Stdio::piped());
    PodProcess::outside(terminal)
}

#[test]
fn in_a_terminal_it_draws_over_what_it_drew() {
    let mut terminal = in_terminal();
    let stdout = BufReader::new(terminal.streams().stdout.take().expect("it is piped"));
    let said: Vec<String> = stdout.lines().map_while(Result::ok).collect();
    assert!(terminal.wait().status.success());
    assert!(said.iter().any(|line| line.contains("\x1b[J")), "{said:#?}");
    assert!(said.iter().any(|line| line.contains("No zombie is left.")));
}

/// Everybody whose ancestor this process is, with their names.
fn descendants(of: Pid) -> Vec<(Pid, String)> {
    let everybody: Vec<_> =
        all_processes().expect("/proc is mounted").filter_map(|one| one.ok()?.stat().ok()).collect();
    let mut found: Vec<(Pid, String)> = Vec::new();
    let mut parents = vec![of.as_raw()];
    while let Some(parent) = parents.pop() {
        for child in everybody.iter().filter(|stat| stat.ppid == parent) {
            parents.push(child.pid);
            found.push((Pid::from_raw(child.pid), child.comm.clone()));
        }
    }
    found
}

#[test]
fn interrupted_it_leaves_nothing_behind() {
    let mut terminal = in_terminal();
    let stdout = BufReader::new(terminal.streams().stdout.take().expect("it is piped"));
    let mut lines = stdout.lines().map_while(Result::ok);
    lines.find(|line| line.contains("<zombie>")).expect("it gets to the zombies");
    let everybody = descendants(terminal.pid());
    assert!(everybody.len() > 5, "the demo, two pods and a container, each with its shim: {everybody:?}");
    let (demo, _) = everybody.iter().find(|(_, name)| name == "pod").expect("the demo is there");
    send(*demo, libc::SIGINT).expect("it runs");
    assert_eq!(terminal.wait().status.code(), Some(128 + libc::SIGINT), "as script passes it on");
    until("everybody is gone", || everybody.iter().all(|(pid, _)| has_ended(*pid)));
}
