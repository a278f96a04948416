//! `init` beside tini, dumb-init and catatonit, as process 1: what each does, and where they differ.
//!
//! The table is `docs/measured/init-differences.md`; with `PAUSE_WRITE` in the environment it is written, otherwise compared.
//! Job control has a table of its own.

mod job_control;
mod options;

use nix::sys::signal::Signal;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use testkit::process_table::{rows, zombies};
use testkit::programs::{init, path, pause, write};
use testkit::shim::{forbid_fork, ignore};
use testkit::terminal::{CTRL_Z, Keyboard, take_control};
use testkit::{Pod, PodProcess, until};

/// Debian's, beside ours, which is first.
const PEERS: [&str; 4] = ["init", "tini", "dumb-init", "catatonit"];

/// In the table, where one has no such option.
const NONE: &str = "–";

/// A peer with these arguments, its streams in pipes.
fn peer(name: &str, arguments: &[&str]) -> Command {
    let mut command = if name == "init" { init() } else { Command::new(name) };
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn probe_child() -> &'static str {
    path("probe-child").to_str().expect("a path of this project")
}

/// The status that process 1 leaves with.
fn status_of(pod: Pod) -> String {
    pod.wait().status.code().map_or("none".into(), |code| code.to_string())
}

/// The same with these arguments.
fn status(name: &str, arguments: &[&str]) -> String {
    status_of(Pod::start(peer(name, arguments)))
}

/// A witness of signals under it, and what that tells.
fn listening(name: &str, options: &[&str]) -> (Pod, impl FnMut() -> i32) {
    let mut pod = Pod::start(peer(name, &[options, &["--", probe_child(), "signals"]].concat()));
    let stdout = pod.init().streams().stdout.take().expect("it has a pipe");
    let mut lines = BufReader::new(stdout).lines();
    let mut next = move || lines.next().and_then(|line| line.ok()?.parse().ok()).unwrap_or(-1);
    assert_eq!(next(), 0, "{name}: the witness begins");
    (pod, next)
}

/// Compares a table with the one that is written down, or writes it.
#[track_caller]
fn compare(file: &str, table: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("PAUSE_WRITE").is_some() {
        fs::write(&file, table).expect("it can be written");
    }
    assert_eq!(fs::read_to_string(&file).expect("it was written"), table, "{}: write it anew", file.display());
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
    let output = Pod::start(peer(name, &["--", probe_child(), "facts"])).wait();
    let told = String::from_utf8(output.stdout).expect("it is text");
    let prefix = format!("{fact} ");
    told.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap_or("nothing").to_owned()
}

/// What three witnesses hear of a SIGUSR1 to process 1: the program, a child of it, and one in a session of its own.
fn heard(name: &str, options: &[&str]) -> String {
    let script = format!("{0} signals 1 & {0} daemon 1 & sleep 0.2; exec {0} signals 1", probe_child());
    let mut pod = Pod::start(peer(name, &[options, &["--", "sh", "-c", &script]].concat()));
    let stdout = pod.init().streams().stdout.take().expect("it has a pipe");
    let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
    assert_eq!(lines.by_ref().take(3).collect::<Vec<_>>(), ["0"; 3], "{name}: the witnesses begin");
    pod.init().signal(libc::SIGUSR1);
    sleep(Duration::from_millis(100)); // what comes at once is there by then
    drop(pod); // it and everybody else are killed
    format!("{} of 3", lines.filter(|line| line == "10").count())
}

/// Which of two witnesses hear SIGTERM when the program has ended: one in its process group, and one in a session of its
/// own. Beneath another process 1: with this one everybody would be killed, whether or not they have heard by then.
fn farewell(name: &str, options: &[&str]) -> String {
    let pod = Pod::with(pause());
    let script = format!("{0} signals & {0} daemon & sleep 0.2; exit 0", probe_child());
    let mut member = pod.join(peer(name, &[options, &["--", "sh", "-c", &script]].concat()));
    let stdout = member.streams().stdout.take().expect("it has a pipe");
    until("it has left", || member.status().is_some());
    sleep(Duration::from_millis(100)); // what comes at once is there by then
    drop(pod); // everybody is killed
    let told = BufReader::new(stdout).lines().map_while(Result::ok);
    format!("{} of 2", told.filter(|line| line == "15").count())
}

/// How many of three zombies are left that were there when it began: one told its parent of its end with SIGCHLD, one was
/// to do that with SIGUSR1, and one not at all.
fn zombies_from_before(name: &str) -> String {
    let mut pod = Pod::start_after(peer(name, &["--", probe_child(), "signals"]), || {
        testkit::shim::dead_children(&[libc::SIGCHLD, libc::SIGUSR1, 0])
    });
    let stdout = pod.init().streams().stdout.take().expect("it has a pipe");
    assert!(BufReader::new(stdout).lines().next().is_some(), "{name}: the witness begins");
    sleep(Duration::from_millis(1500)); // the time in which they could be reaped: tini looks once a second
    format!("{} of 3", zombies(&pod).len())
}

/// The status of a program, 7, that is found or executed in an unusual way.
fn unusual(name: &str, change: impl Fn(&mut Command)) -> String {
    let mut command = peer(name, &["--", "it"]);
    change(&mut command);
    status_of(Pod::start(command))
}

/// A folder with `it`, a script that leaves with 7.
fn script(first_line: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    write(&folder.path().join("it"), &format!("{first_line}exit 7\n"), 0o755);
    folder
}

/// The status where its parent ignored SIGCHLD, of a program that leaves with 42.
fn beneath_who_ignores(name: &str) -> String {
    let command = peer(name, &["--", probe_child(), "status", "42"]);
    let mut pod = Pod::start_after(command, || ignore(&[Signal::SIGCHLD]));
    let end = Instant::now() + Duration::from_secs(3);
    while pod.init().status().is_none() {
        if Instant::now() > end {
            return "stays for ever".into();
        }
        sleep(Duration::from_millis(10));
    }
    status_of(pod)
}

/// The status where no process is to be had.
fn at_the_limit(name: &str) -> String {
    status_of(Pod::start_after(peer(name, &["--", "true"]), forbid_fork()))
}

/// Whether the program goes on after Ctrl-Z at the terminal of process 1.
fn after_ctrl_z(name: &str) -> String {
    let mut command = peer(name, &["--", "cat"]);
    let mut keyboard = Keyboard::of(&mut command);
    let pod = Pod::start_after(command, take_control);
    keyboard.line("hello");
    keyboard.shows("hello\r\nhello\r\n");
    keyboard.types(CTRL_Z);
    keyboard.shows("^Z");
    sleep(Duration::from_millis(100)); // the time in which it could be stopped, and continued
    let is_stopped = rows(&pod).iter().any(|row| row.command == "cat" && row.state == 'T');
    if is_stopped { "stopped for ever".into() } else { "goes on".into() }
}

/// How often it has said that it could not execute something, and what it left with.
fn refused(name: &str, program: &str) -> String {
    let output = Pod::start(peer(name, &["--", program])).wait();
    let lines = String::from_utf8_lossy(&output.stderr).lines().count();
    format!("{} ({lines} line)", output.status.code().unwrap_or(-1))
}

/// Whether it says that it will not reap, where it is not process 1.
fn warns(name: &str) -> String {
    let output = PodProcess::outside(peer(name, &["--", "true"])).wait();
    if output.stderr.is_empty() { "says nothing".into() } else { "warns".into() }
}

#[test]
fn what_each_of_them_does_is_written_down() {
    type JobState = fn(&str) -> String;
    let looks: [(&str, JobState); 25] = [
        ("signals that do not reach the program", not_forwarded),
        ("who hears a signal, of the program, its child, and a daemon", |name| heard(name, &[])),
        ("the same with `-g`", |name| if name == "dumb-init" { NONE.into() } else { heard(name, &["-g"]) }),
        ("who hears SIGTERM at the end, of a child and a daemon", |name| farewell(name, &[])),
        ("the same with `-t 1`", |name| if name == "init" { farewell(name, &["-s", "-t", "1"]) } else { NONE.into() }),
        ("zombies from before it began that stay", zombies_from_before),
        ("the program leads a process group", |name| fact(name, "leads")),
        ("the program is in the same session", |name| fact(name, "session")),
        ("the program after Ctrl-Z at the terminal", after_ctrl_z),
        ("signals that the program finds blocked", |name| fact(name, "blocked")),
        ("signals that the program finds ignored (1000: its own)", |name| fact(name, "ignored")),
        ("status of a program that leaves with 42", |name| status(name, &["--", probe_child(), "status", "42"])),
        ("status of a program that SIGTERM ended", |name| status(name, &["--", probe_child(), "die", "15"])),
        ("status of one that is not there", |name| refused(name, "/no/such/program")),
        ("status of one that is a folder", |name| refused(name, "/")),
        ("status of one that is not in PATH", |name| refused(name, "no-such-program-anywhere")),
        ("status of one in a folder of the path, 7", |name| {
            let folder = script("#!/bin/sh\n");
            unusual(name, |command| _ = command.env("PATH", folder.path()))
        }),
        ("the same, a script without `#!`", |name| {
            let folder = script("");
            unusual(name, |command| _ = command.env("PATH", folder.path()))
        }),
        ("the same in the current folder, where the path is empty", |name| {
            let folder = script("#!/bin/sh\n");
            unusual(name, |command| _ = command.env("PATH", "").current_dir(folder.path()))
        }),
        ("status where no process is to be had", at_the_limit),
        ("status of a program that leaves with 42, where SIGCHLD was ignored", beneath_who_ignores),
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
    compare("docs/measured/init-differences.md", &table);
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
        let arguments = [options, &["--", probe_child(), "die", "15"]].concat();
        assert_eq!(status("init", &arguments), status("tini", &arguments), "{options:?}");
    }
}
