//! The table `docs/measured/init-differences.md`: what each of the peers does as process 1, except job control.

use super::peer::{PEERS, command, compare, line, numbers, probe_child, status, status_of};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::Signal;
use std::io::{ErrorKind, Read, pipe};
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::descriptors::put;
use testkit::process_table::{rows, zombies};
use testkit::programs::{pause, write};
use testkit::shim::{dead_children, forbid_fork, ignore};
use testkit::terminal::{CTRL_Z, Keyboard, take_control};
use testkit::{Pod, PodProcess, until};

/// The cell of a peer that does not have the option.
const NO_OPTION: &str = "–";

/// Longer than any peer takes to forward a signal, also on a busy machine.
const FORWARDED: Duration = Duration::from_secs(1);

/// Returns the signals that do not reach the program, without those that no peer can forward.
fn not_forwarded(peer: &str) -> String {
    let mut missing = Vec::new();
    for signal in (1..=64).filter(|signal| ![libc::SIGKILL, libc::SIGSTOP, libc::SIGCHLD].contains(signal)) {
        let mut pod = Pod::start(command(peer, &["--", probe_child(), "signals"]));
        let numbers = numbers(pod.init());
        assert_eq!(numbers.recv(), Ok(0), "{peer}: the probe child begins");
        pod.init().signal(signal);
        if numbers.recv_timeout(FORWARDED) != Ok(signal) {
            missing.push(signal.to_string());
        }
    }
    if missing.is_empty() { "none".into() } else { missing.join(" ") }
}

/// Returns the value of a line of `probe-child facts`.
fn fact(peer: &str, name: &str) -> String {
    let output = Pod::start(command(peer, &["--", probe_child(), "facts"])).wait();
    let facts = String::from_utf8(output.stdout).expect("the output is UTF-8");
    let fact = facts.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    fact.expect("the probe child writes each fact").to_owned()
}

/// Returns how many of three processes receive a SIGUSR1 to process 1: the program, its child, and a child in another
/// session.
fn receivers(peer: &str, options: &[&str]) -> String {
    if peer == "dumb-init" && options == ["-g"] {
        return NO_OPTION.into();
    }
    let script = format!("{0} signals 1 & {0} daemon 1 & sleep 0.2; exec {0} signals 1", probe_child());
    let mut pod = Pod::start(command(peer, &[options, &["--", "sh", "-c", &script]].concat()));
    let numbers = numbers(pod.init());
    assert_eq!(numbers.iter().take(3).collect::<Vec<_>>(), [0; 3], "{peer}: the probe children begin");
    pod.init().signal(libc::SIGUSR1);
    sleep(FORWARDED);
    drop(pod); // kills all processes
    format!("{} of 3", numbers.iter().filter(|number| *number == libc::SIGUSR1).count())
}

/// Returns how many of two remaining processes receive SIGTERM when the program has exited: one of its process group,
/// and one of another session. The peer is not process 1: its exit would kill them before they have written the signal.
fn asked_to_end(peer: &str, options: &[&str]) -> String {
    let pod = Pod::with(pause());
    let script = format!("{0} signals & {0} daemon & read line; exit 0", probe_child());
    let mut command = command(peer, &[options, &["--", "sh", "-c", &script]].concat());
    command.stdin(Stdio::piped());
    let mut process = pod.join(command);
    let numbers = numbers(&mut process);
    assert_eq!(numbers.iter().take(2).collect::<Vec<_>>(), [0; 2], "{peer}: the probe children begin");
    drop(process.streams().stdin.take()); // ends the program
    until("the peer has exited", || process.status().is_some());
    sleep(FORWARDED);
    drop(pod); // kills all processes
    format!("{} of 2", numbers.iter().filter(|number| *number == libc::SIGTERM).count())
}

/// Returns how many of three zombies that the peer inherits when it starts are not reaped. Their exit signals are
/// SIGCHLD, SIGUSR1 and none.
fn remaining_zombies(peer: &str) -> String {
    let probe = command(peer, &["--", probe_child(), "signals"]);
    let mut pod = Pod::start_after(probe, || dead_children(&[libc::SIGCHLD, libc::SIGUSR1, 0]));
    assert_eq!(numbers(pod.init()).recv(), Ok(0), "{peer}: the probe child begins");
    sleep(Duration::from_millis(1500)); // tini reaps once a second
    format!("{} of 3", zombies(&pod).len())
}

/// Returns the exit status for a script, whose folder is in `PATH`, or else is the working directory with an empty `PATH`.
fn status_of_script(peer: &str, script: &str, is_in_path: bool) -> String {
    let folder = tempfile::tempdir().expect("a folder can be made");
    write(&folder.path().join("it"), script, 0o755);
    let mut command = command(peer, &["--", "it"]);
    if is_in_path {
        command.env("PATH", folder.path());
    } else {
        command.env("PATH", "").current_dir(folder.path());
    }
    status_of(Pod::start(command))
}

/// Returns the exit status for a program that exits with 42, if SIGCHLD was ignored when the peer started.
fn status_with_sigchld_ignored(peer: &str) -> String {
    let probe = command(peer, &["--", probe_child(), "status", "42"]);
    let mut pod = Pod::start_after(probe, || ignore(&[Signal::SIGCHLD]));
    let end = Instant::now() + Duration::from_secs(15); // a busy machine is slow
    while pod.init().status().is_none() {
        if Instant::now() > end {
            return "never exits".into();
        }
        sleep(Duration::from_millis(10));
    }
    status_of(pod)
}

/// Returns what the program does after Ctrl-Z at the terminal of process 1.
fn after_ctrl_z(peer: &str) -> String {
    let mut command = command(peer, &["--", "cat"]);
    let mut keyboard = Keyboard::of(&mut command);
    let pod = Pod::start_after(command, take_control);
    keyboard.line("hello");
    keyboard.shows("hello\r\nhello\r\n");
    keyboard.types(CTRL_Z);
    keyboard.shows_key("^Z");
    sleep(FORWARDED); // if the program was stopped, the peer may continue it
    let is_stopped = rows(&pod).iter().any(|row| row.command == "cat" && row.state == 'T');
    if is_stopped { "stays stopped".into() } else { "keeps running".into() }
}

/// Returns whether a reader sees the end of a pipe that the program has closed, while the program runs.
fn closed_pipe(peer: &str) -> String {
    let (mut reader, writer) = pipe().expect("a pipe can be made");
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("the pipe is open");
    let files = Arc::new(vec![OwnedFd::from(writer)]);
    let script = format!("exec 3>&-; exec {} signals", probe_child());
    let mut pod = Pod::start_after(command(peer, &["--", "sh", "-c", &script]), put(&files));
    drop(files);
    assert_eq!(numbers(pod.init()).recv(), Ok(0), "{peer}: the probe child begins");
    sleep(FORWARDED); // init and catatonit close their copies meanwhile
    assert_eq!(rows(&pod).len(), 2, "{peer}: both processes are alive");
    match reader.read(&mut [0]) {
        Ok(0) => "ends".into(),
        Err(error) if error.kind() == ErrorKind::WouldBlock => "stays open".into(),
        other => panic!("{peer}: the pipe is empty, but {other:?}"),
    }
}

/// Returns the exit status for a program that cannot be executed, and how many lines the peer writes about it.
fn refused(peer: &str, program: &str) -> String {
    let output = Pod::start(command(peer, &["--", program])).wait();
    let lines = String::from_utf8_lossy(&output.stderr).lines().count();
    format!("{} ({lines} line)", output.status.code().unwrap_or(-1))
}

/// Returns whether the peer warns that it is not process 1.
fn warns(peer: &str) -> String {
    let output = PodProcess::outside(command(peer, &["--", "true"])).wait();
    if output.stderr.is_empty() { "no".into() } else { "yes".into() }
}

#[test]
fn the_table_of_differences_is_up_to_date() {
    type Measure = fn(&str) -> String;
    let rows: [(&str, Measure); 26] = [
        ("signals that do not reach the program", not_forwarded),
        ("how many of program, child and child in another session receive a signal", |peer| receivers(peer, &[])),
        ("the same with `-g`", |peer| receivers(peer, &["-g"])),
        ("how many of child and child in another session receive SIGTERM when the program exits", |peer| {
            asked_to_end(peer, &[])
        }),
        ("the same with `-t 1`", |peer| {
            if peer == "init" { asked_to_end(peer, &["-s", "-t", "1"]) } else { NO_OPTION.into() }
        }),
        ("inherited zombies that are not reaped", remaining_zombies),
        ("the program leads a process group", |peer| fact(peer, "leads")),
        ("the program is in the same session", |peer| fact(peer, "session")),
        ("the program after Ctrl-Z at the terminal", after_ctrl_z),
        ("a pipe that the program inherits and closes", closed_pipe),
        ("signals that are blocked in the program, as in `/proc`", |peer| fact(peer, "blocked")),
        ("signals that are ignored in the program (it ignores 1000, SIGPIPE, itself)", |peer| fact(peer, "ignored")),
        ("exit status if the program exits with 42", |peer| status(peer, &["--", probe_child(), "status", "42"])),
        ("exit status if SIGTERM ends the program", |peer| status(peer, &["--", probe_child(), "die", "15"])),
        ("exit status if the program does not exist", |peer| refused(peer, "/no/such/program")),
        ("exit status if the program is a directory", |peer| refused(peer, "/")),
        ("exit status if the program is not in `PATH`", |peer| refused(peer, "no-such-program-anywhere")),
        ("exit status if the program is in `PATH` and exits with 7", |peer| {
            status_of_script(peer, "#!/bin/sh\nexit 7\n", true)
        }),
        ("the same for a script without `#!`", |peer| status_of_script(peer, "exit 7\n", true)),
        ("the same in the working directory, with an empty `PATH`", |peer| {
            status_of_script(peer, "#!/bin/sh\nexit 7\n", false)
        }),
        ("exit status if no process can be made", |peer| {
            status_of(Pod::start_after(command(peer, &["--", "true"]), forbid_fork()))
        }),
        ("exit status if SIGCHLD was ignored and the program exits with 42", status_with_sigchld_ignored),
        ("exit status without a program", |peer| status(peer, &[])),
        ("exit status for an unknown option", |peer| status(peer, &["-Q", "true"])),
        ("exit status for `--version`", |peer| status(peer, &["--version"])),
        ("warns if it is not process 1", warns),
    ];
    let mut table = line(&[&["case"], &PEERS[..]].concat()) + &line(&[":---"; PEERS.len() + 1]);
    for (label, measure) in rows {
        let cells = PEERS.map(measure);
        table += &line(&[&[label], &cells.each_ref().map(String::as_str)[..]].concat());
    }
    compare("docs/measured/init-differences.md", &table);
}
