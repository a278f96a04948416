//! `init` beside tini, dumb-init and catatonit, as process 1: what each does, and where they differ.
//!
//! The table is `docs/init-differences.md`; with `PAUSE_WRITE` in the environment it is written, otherwise compared.

use runtimes::project::folder;
use sandbox::programs::{init, path};
use sandbox::{Member, Pod};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Debian's, beside ours, which is first.
const PEERS: [&str; 4] = ["init", "tini", "dumb-init", "catatonit"];

/// A peer with these arguments, its streams in pipes.
fn peer(name: &str, arguments: &[&str]) -> Command {
    let mut command = if name == "init" { init() } else { runtimes::tool(name) };
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn witness() -> &'static str {
    path("witness").to_str().expect("a path of this project")
}

/// The status that it leaves with as process 1.
fn status(name: &str, arguments: &[&str]) -> String {
    Pod::start(peer(name, arguments)).wait().status.code().map_or("none".into(), |code| code.to_string())
}

/// A witness of signals under it, and what that tells.
fn listening(name: &str, options: &[&str]) -> (Pod, impl FnMut() -> i32) {
    let mut pod = Pod::start(peer(name, &[options, &["--", witness(), "signals"]].concat()));
    let stdout = pod.init().streams().stdout.take().expect("it has a pipe");
    let mut lines = BufReader::new(stdout).lines();
    let mut next = move || lines.next().and_then(|line| line.ok()?.parse().ok()).unwrap_or(-1);
    assert_eq!(next(), 0, "{name}: the witness begins");
    (pod, next)
}

/// The signals that do not reach the program, but for those that never can.
fn not_forwarded(name: &str) -> String {
    let mut missing = Vec::new();
    for signal in (1..=64).filter(|signal| ![libc::SIGKILL, libc::SIGSTOP, libc::SIGCHLD].contains(signal)) {
        let (mut pod, mut next) = listening(name, &[]);
        pod.init().signal(signal);
        sleep(Duration::from_millis(50)); // what comes at once is there by then
        // One that reaches it in any case; and should it have been stopped, it goes on.
        let mark = if signal == libc::SIGUSR1 { libc::SIGUSR2 } else { libc::SIGUSR1 };
        pod.init().signal(libc::SIGCONT);
        pod.init().signal(mark);
        if next() != signal {
            missing.push(signal.to_string());
        }
    }
    if missing.is_empty() { "none".into() } else { missing.join(" ") }
}

/// A fact that a witness tells.
fn fact(name: &str, fact: &str) -> String {
    let output = Pod::start(peer(name, &["--", witness(), "facts"])).wait();
    let told = String::from_utf8(output.stdout).expect("it is text");
    let prefix = format!("{fact} ");
    told.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap_or("nothing").to_owned()
}

/// How often it has said that it could not execute something, and what it left with.
fn refused(name: &str, program: &str) -> String {
    let output = Pod::start(peer(name, &["--", program])).wait();
    let lines = String::from_utf8_lossy(&output.stderr).lines().count();
    format!("{} ({lines} line)", output.status.code().unwrap_or(-1))
}

/// Whether it says that it will not reap, where it is not process 1.
fn warns(name: &str) -> String {
    let output = Member::outside(peer(name, &["--", "true"])).wait();
    if output.stderr.is_empty() { "says nothing".into() } else { "warns".into() }
}

#[test]
fn what_each_of_them_does_is_written_down() {
    type Look = fn(&str) -> String;
    let looks: [(&str, Look); 14] = [
        ("signals that do not reach the program", not_forwarded),
        ("the program leads a process group", |name| fact(name, "leads")),
        ("the program is in the same session", |name| fact(name, "session")),
        ("signals that the program finds blocked", |name| fact(name, "blocked")),
        ("signals that the program finds ignored (1000: its own)", |name| fact(name, "ignored")),
        ("status of a program that leaves with 42", |name| status(name, &["--", witness(), "status", "42"])),
        ("status of a program that SIGTERM ended", |name| status(name, &["--", witness(), "die", "15"])),
        ("status of one that is not there", |name| refused(name, "/no/such/program")),
        ("status of one that is a folder", |name| refused(name, "/")),
        ("status of one that is not in PATH", |name| refused(name, "no-such-program-anywhere")),
        ("status without a program", |name| status(name, &[])),
        ("status of an option that there is not", |name| status(name, &["-Q", "true"])),
        ("status of `--version`", |name| status(name, &["--version"])),
        ("where it is not process 1", warns),
    ];
    let mut table = format!("| | {} |\n| :--- | {} |\n", PEERS.join(" | "), [":---"; PEERS.len()].join(" | "));
    for (about, look) in looks {
        let outcomes = PEERS.map(look);
        table += &format!("| {about} | {} |\n", outcomes.join(" | "));
    }
    let file = folder().join("docs/init-differences.md");
    if std::env::var_os("PAUSE_WRITE").is_some() {
        fs::write(&file, &table).expect("it can be written");
    }
    assert_eq!(fs::read_to_string(&file).expect("it was written"), table, "{}: write it anew", file.display());
}

#[test]
fn it_agrees_with_tini_but_for_the_signals_that_tini_keeps() {
    // Faults, which can be sent as well; those of a terminal; and the two that its C library keeps.
    assert_eq!(not_forwarded("tini"), "4 5 6 7 8 11 21 22 31 32 33");
    assert_eq!(not_forwarded("init"), "none");
    for arguments in [&["--", "/no/such/program"][..], &["--", "/"], &[], &["-Q", "true"], &["-e", "256", "true"]] {
        assert_eq!(status("init", arguments), status("tini", arguments), "{arguments:?}");
    }
    for options in [&["-g"][..], &["-e", "143"], &["-sv"], &["-w"]] {
        let arguments = [options, &["--", witness(), "die", "15"]].concat();
        assert_eq!(status("init", &arguments), status("tini", &arguments), "{options:?}");
    }
}
