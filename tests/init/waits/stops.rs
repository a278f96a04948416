//! After a stop, or where `init` expects one: whose stop it is, and how long `init` waits for it.

use super::{Answer, Answered, BUSY, GLANCE, IDLE, POLL, Waits};
use crate::run::{SignalLog, command, kill_in, probe_child};
use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::{Pid, setpgid};
use std::fs;
use std::process::Stdio;
use testkit::deadline::until_some;
use testkit::platform::{EmulatorLimit, kernel_remembers_status};
use testkit::process_table::{Row, rows};
use testkit::programs::pause;
use testkit::refused_call::{Call, apply, refuse_some};
use testkit::{Pod, until};

/// Returns the processes of a pod that execute this program.
fn named(pod: &Pod, command: &str) -> Vec<Row> {
    rows(pod).into_iter().filter(|row| row.command == command).collect()
}

/// Waits until the only process with this name waits for signals. The kernel shows no signal as blocked then.
fn until_it_waits(pod: &Pod, command: &str) {
    until("the program waits for signals", || {
        let pid = named(pod, command).pop().expect("it is alive").pid;
        let status = fs::read_to_string(pod.proc().join(format!("{pid}/status"))).unwrap_or_default();
        status.contains("\nSigBlk:\t0000000000000000\n")
    });
}

/// Starts an `init` that is idle, and sends it SIGTSTP, again if the program stops before `init` looks. Returns it while it expects
/// the stop.
fn until_it_expects_a_stop<T>(start: impl Fn() -> T, waits: impl Fn(&T) -> &Waits) -> T {
    until_some("init looks before the program stops", || {
        let started = start();
        let waits = waits(&started);
        waits.answer(Answer::Signal(libc::SIGTSTP, libc::SI_QUEUE));
        (waits.next() == Some(POLL)).then_some(started)
    })
}

#[test]
fn it_expects_no_stop_of_a_program_that_sigtstp_does_not_stop() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for (is_blocked, trap) in [(true, ""), (false, "trap '' TSTP;"), (false, "trap : TSTP;")] {
        let script = format!("{trap} echo 0; while :; do :; done");
        let mut init = Answered::start_after(&["--", "sh", "-c", &script], move || {
            let blocked = if is_blocked { SigSet::from(Signal::SIGTSTP) } else { SigSet::empty() };
            Ok(blocked.thread_block()?)
        });
        assert_eq!(init.next(), Some(IDLE));
        _ = SignalLog::of(init.pod.init());
        init.answer(Answer::Signal(libc::SIGTSTP, libc::SI_QUEUE));
        assert_eq!(init.next(), Some(IDLE), "blocked: {is_blocked}, {trap}");
    }
}

/// Without `/proc`, a SIGTSTP counts as a key.
#[test]
fn it_expects_no_stop_of_a_program_that_it_cannot_look_at() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let folder = Call::with(libc::SYS_openat, 2, libc::O_DIRECTORY as u32, libc::O_DIRECTORY as u32);
    let filter = refuse_some(&[folder], Errno::EPERM);
    let mut init = Answered::start_after(&["--", probe_child(), "signals"], move || apply(&filter));
    assert_eq!(init.next(), Some(IDLE));
    _ = SignalLog::of(init.pod.init());
    until_it_waits(&init.pod, "probe-child");
    init.answer(Answer::Signal(libc::SIGTSTP, libc::SI_QUEUE));
    assert_eq!(init.next(), Some(IDLE));
}

/// The program stops and is continued before `init` looks.
#[test]
fn after_the_program_was_continued_it_expects_no_stop() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let start = || {
        let init = Answered::start(&[&["--"], &BUSY[..]].concat());
        assert_eq!(init.next(), Some(IDLE));
        until("the program is executed", || named(&init.pod, "sh").len() == 1); // it could stop just before that
        init
    };
    let init = until_it_expects_a_stop(start, |init| &init.waits);
    let program = || named(&init.pod, "sh").pop().expect("it is alive");
    until("the program has stopped", || program().state == 'T');
    kill_in(&init.pod, "CONT", &program().pid.to_string());
    init.answer(Answer::Signal(libc::SIGCHLD, libc::CLD_CONTINUED));
    assert_eq!(init.next(), Some(GLANCE));
    init.answer(Answer::TimeOver);
    assert_eq!(init.next(), Some(IDLE));
}

/// The program takes SIGTSTP by `sigwait`, so `init` expects a stop that does not come.
#[test]
fn after_another_process_was_continued_it_still_expects_the_stop() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let script = r#"(sleep 1000 > /dev/null &); exec "$0" signals"#;
    let mut init = Answered::start(&["--", "sh", "-c", script, probe_child()]);
    assert_eq!(init.next(), Some(IDLE));
    let mut log = SignalLog::of(init.pod.init());
    until_it_waits(&init.pod, "probe-child");
    init.answer(Answer::Signal(libc::SIGTSTP, libc::SI_QUEUE));
    assert_eq!(init.next(), Some(POLL));
    assert_eq!(log.next(), Some(libc::SIGTSTP));
    until("the other process has begun", || named(&init.pod, "sleep").len() == 1);
    let other = || named(&init.pod, "sleep").pop().expect("it is alive");
    for (signal, state) in [("STOP", 'T'), ("CONT", 'S')] {
        kill_in(&init.pod, signal, &other().pid.to_string());
        until("it has the new state", || other().state == state);
    }
    init.answer(Answer::Signal(libc::SIGCHLD, libc::CLD_CONTINUED));
    assert_eq!(init.next(), Some(GLANCE));
    init.answer(Answer::TimeOver);
    assert_eq!(init.next(), Some(POLL));
}

#[test]
fn a_stop_of_the_program_wakes_init_up_whoever_reaps() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for options in [&[][..], &["-w"]] {
        let init = Answered::start(&[options, &["--"], &BUSY[..]].concat());
        assert_eq!(init.next(), Some(IDLE));
        init.answer(Answer::Kernel);
        kill_in(&init.pod, "STOP", "2");
        assert_eq!(init.next(), Some(GLANCE), "{options:?}");
    }
}

/// The kernel may give the process ID of a program that it has reaped to a descendant. If that one stops, `init` must not stop
/// along. It would if it took that process for the program, whose stop it still expects.
#[test]
fn a_process_with_the_id_of_the_program_is_not_taken_for_the_program() {
    if !kernel_remembers_status() {
        return;
    }
    // A child of the program starts the other process, again and again until it gets that ID. With `-c`, the program leads no
    // group, which would keep the ID in use.
    const SCRIPT: &str = r#"exec 3<&0
        (read line <&3
        until [ "$!" = $$ ]; do
            [ -z "$!" ] || kill -KILL $!
            echo $(($$ - 1)) > /proc/sys/kernel/ns_last_pid
            sleep 1000 &
        done) &
        while :; do :; done"#;
    let start = || {
        let pod = Pod::with(pause()); // kills all processes when the test ends
        let (install, waits) = Waits::report();
        let mut init = command(&["-s", "-c", "--", "sh", "-c", SCRIPT]);
        init.stdin(Stdio::piped());
        let last_step = move || {
            setpgid(Pid::from_raw(0), Pid::from_raw(0))?; // otherwise the kernel would not stop it
            install.install()
        };
        let init = pod.join_after(init, last_step);
        waits.begin(init.pid());
        assert_eq!(waits.next(), Some(IDLE));
        until("the program has a child", || named(&pod, "sh").len() == 2);
        (pod, init, waits)
    };
    let (pod, mut init, waits) = until_it_expects_a_stop(start, |(_, _, waits)| waits);
    let place = pod.proc().join("sys/kernel/ns_last_pid");
    assert!(place.exists(), "a kernel with CONFIG_CHECKPOINT_RESTORE has {}", place.display());
    let program = named(&pod, "sh").iter().map(|row| row.pid).min().expect("it is older than its child");
    kill_in(&pod, "KILL", &program.to_string());
    let row = || rows(&pod).into_iter().find(|row| row.pid == program);
    until("the program has been reaped", || row().is_none());
    drop(init.streams().stdin.take());
    until("another process has its ID", || row().is_some_and(|row| row.command == "sleep"));
    until("init has adopted it", || named(&pod, "sh").is_empty());
    kill_in(&pod, "STOP", &program.to_string());
    until("that process has stopped", || row().is_some_and(|row| row.state == 'T'));
    waits.answer(Answer::TimeOver);
    drop(waits);
    assert_eq!(init.wait().status.code(), Some(128 + libc::SIGKILL));
}
