//! The program uses the terminal and receives the signals of its keys. `job_control` tests stops.

use crate::run::{SignalLog, command, kill_in, probe_child, text};
use nix::errno::Errno;
use nix::sys::signal::Signal;
use std::fs;
use std::process::{Command, Stdio};
use testkit::platform::EmulatorLimit;
use testkit::process_table::rows;
use testkit::programs::{init, pause};
use testkit::recorded_calls::in_order;
use testkit::refused_call::{Call, apply, refuse_some};
use testkit::terminal::{CTRL_C, CTRL_D, CTRL_Z, Keyboard, take_control};
use testkit::{Pod, until};

/// Starts `init ARGUMENTS` as process 1 at a terminal.
fn at_terminal(arguments: &[&str]) -> (Keyboard, Pod) {
    let mut command = init();
    command.args(arguments).env("PS1", "prompt> ").env_remove("ENV");
    let keyboard = Keyboard::of(&mut command);
    (keyboard, Pod::start_after(command, take_control))
}

#[test]
fn keys_reach_the_program() {
    let (mut keyboard, pod) = at_terminal(&["cat"]);
    keyboard.line("hello");
    keyboard.shows("hello\r\nhello\r\n");
    keyboard.types(CTRL_D);
    assert_eq!(pod.wait().status.code(), Some(0));

    let (mut keyboard, pod) = at_terminal(&["sh", "-c", "echo begins; exec sleep 1000"]);
    keyboard.shows("begins");
    keyboard.types(CTRL_C);
    assert_eq!(pod.wait().status.code(), Some(130));
}

#[test]
fn init_continues_the_whole_group_that_a_key_has_stopped() {
    let (mut keyboard, _pod) = at_terminal(&["sh", "-c", &format!("{} signals & wait", probe_child())]);
    keyboard.shows("0");
    keyboard.types(CTRL_Z);
    keyboard.shows("18"); // a SIGTSTP that it has not taken yet is discarded by SIGCONT
}

/// In this order, the program takes SIGHUP before it uses the terminal again.
#[test]
fn a_program_that_has_lost_the_terminal_is_sent_sighup_before_it_is_continued() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let (install, calls) = in_order(&[libc::SYS_kill]).expect("a pair of sockets");
    let mut command = init();
    // The shell with job control gives the terminal to `cat`.
    command.args(["sh", "-m", "-c", "trap 'exit 3' HUP; cat; exit 4"]);
    let mut keyboard = Keyboard::of(&mut command);
    let pod = Pod::start_after(command, move || take_control().and_then(|()| install.install()));
    keyboard.line("hello");
    keyboard.shows("hello\r\nhello\r\n");
    kill_in(&pod, "TTIN", "2");
    until("the program has received SIGHUP", || {
        let status = fs::read_to_string(pod.proc().join("2/status")).unwrap_or_default();
        status.contains("sleeping") && status.contains("\nShdPnd:\t0000000000000000\n")
    });
    let init = pod.pid();
    keyboard.types(CTRL_D);
    assert_eq!(pod.wait().status.code(), Some(3));
    let calls = calls.finish().expect("the kernel reports calls");
    let of_init = calls.iter().filter(|call| call.pid == init.as_raw() as u32);
    let sent = of_init.map(|call| (call.arguments[0] as i32, call.arguments[1] as i32));
    let to_group = [(-2, libc::SIGHUP), (-2, libc::SIGCONT)]; // as the kernel does
    assert_eq!(sent.filter(|(_, signal)| *signal != 0).collect::<Vec<_>>(), to_group);
}

#[test]
fn an_interactive_shell_has_job_control() {
    let (mut keyboard, pod) = at_terminal(&["sh", "-i"]);
    keyboard.shows("prompt> ");
    keyboard.line("sh -c 'echo be''gins; exec sleep 1000'");
    keyboard.shows("begins");
    keyboard.types(CTRL_Z);
    keyboard.shows("Stopped");
    keyboard.shows("prompt> ");
    keyboard.line("fg");
    // The shell prints the job, puts it into the foreground, and continues it, in this order.
    until("the job is continued", || rows(&pod).iter().any(|row| row.command == "sleep" && row.state == 'S'));
    keyboard.types(CTRL_C);
    keyboard.shows_key("^C");
    keyboard.shows("prompt> ");
    keyboard.line("echo status $?");
    keyboard.shows("status 130");
    keyboard.line("echo still he''re; exit 7");
    keyboard.shows("still here");
    assert_eq!(pod.wait().status.code(), Some(7));
}

#[test]
fn the_program_receives_a_key_once_when_c_shares_the_process_group() {
    let script = "trap 'echo caught' INT; echo begins; while :; do sleep 0.1; done";
    let (mut keyboard, pod) = at_terminal(&["-c", "sh", "-c", script]);
    keyboard.shows("begins");
    keyboard.types(CTRL_C);
    keyboard.shows("caught");
    pod.signal(Signal::SIGTERM);
    assert_eq!(pod.wait().status.code(), Some(143));
    assert!(!keyboard.seen().contains("caught"), "{:?}", keyboard.seen());
}

#[test]
fn the_program_receives_each_signal_of_the_terminal_once() {
    const CTRL_BACKSLASH: &str = "\u{1c}";
    const LAST: i32 = 40; // of all pending signals, the kernel hands over the one with the lowest number first
    for options in [&[][..], &["-c"]] {
        let mut command = command(&[options, &[probe_child(), "signals"]].concat());
        let mut keyboard = Keyboard::of(&mut command);
        command.stdout(Stdio::piped());
        let mut pod = Pod::start_after(command, take_control);
        let mut log = SignalLog::of(pod.init());
        let mut assert_once = |signal| {
            assert_eq!(log.next(), Some(signal), "{options:?}");
            pod.init().signal(LAST);
            assert_eq!(log.next(), Some(LAST), "{options:?}: signal {signal} once more");
        };
        for (key, signal) in [(CTRL_C, libc::SIGINT), (CTRL_BACKSLASH, libc::SIGQUIT), (CTRL_Z, libc::SIGTSTP)] {
            keyboard.types(key);
            assert_once(signal);
        }
        keyboard.resize(33, 77);
        assert_once(libc::SIGWINCH);
    }
}

#[test]
fn a_new_window_size_reaches_the_program() {
    for options in [&[][..], &["-c"]] {
        let script = "trap 'stty size' WINCH; echo begins; while :; do sleep 0.1; done";
        let (mut keyboard, _pod) = at_terminal(&[options, &["sh", "-c", script]].concat());
        keyboard.shows("begins");
        keyboard.resize(33, 77);
        keyboard.shows("33 77");
    }
}

#[test]
fn a_script_reads_from_the_terminal_after_init_and_beside_an_init_in_the_background() {
    for script in [
        "INIT true; echo be''gins; read line; echo got $line",
        "INIT -t 1 true; echo be''gins; read line; echo got $line",
        "INIT sleep 1000 & sleep 0.3; echo be''gins; read line; echo got $line; kill $!",
    ] {
        let mut shell = Command::new("sh");
        shell.arg("-i").env("PS1", "prompt> ").env("TINI_VERBOSITY", "0").env_remove("ENV");
        let mut keyboard = Keyboard::of(&mut shell);
        let pod = Pod::with(pause()); // kills all processes when the test ends
        let shell = pod.join_after(shell, take_control);
        keyboard.shows("prompt> ");
        let init = format!("{:?}", init()).replace('"', "");
        keyboard.line(&format!("sh -c '{}'", script.replace("INIT", &init)));
        keyboard.shows("begins");
        keyboard.line("something");
        keyboard.shows("got something");
        keyboard.line("exit 3");
        assert_eq!(shell.wait().status.code(), Some(3));
    }
}

#[test]
fn a_background_job_cleans_up_in_the_grace_period() {
    // The shell lets its background job ignore SIGINT.
    const JOB: &str = "sh -c 'trap \"echo clean''ing; sleep 0.5; echo clean''ed; exit\" TERM; echo rea''dy; \
        while :; do sleep 0.05; done' &";
    for (program, shown, key, status) in [
        ("exec sleep 1000", "ready", CTRL_C, 130), // the job, which ignores the key, is sent SIGTERM
        ("sleep 0.3; exit 130", "ready", "", 130), // this status does not count as a key
        ("sleep 0.3; exit 3", "cleaning", CTRL_Z, 3), // the key stops no process
    ] {
        let (mut keyboard, pod) = at_terminal(&["-t", "600", "sh", "-c", &format!("{JOB} {program}")]);
        keyboard.shows(shown);
        keyboard.types(key);
        keyboard.shows("cleaned");
        assert_eq!(pod.wait().status.code(), Some(status), "{program}");
    }
}

#[test]
fn a_process_that_init_adopts_may_stop_without_effect_on_the_program() {
    let script = format!("(sh -c 'kill -TSTP $$; :' > /dev/null 2>&1 &); exec {} signals", probe_child());
    let (mut keyboard, pod) = at_terminal(&["sh", "-c", &script]);
    keyboard.shows("0\r\n"); // the program has begun
    until("the adopted process has stopped", || rows(&pod).iter().any(|row| row.command == "sh" && row.state == 'T'));
    pod.signal(Signal::SIGWINCH);
    assert_eq!(keyboard.shows("28\r\n"), "28\r\n", "no SIGCONT");
}

/// Without a terminal to open, a refusal about standard input does not matter.
#[test]
fn a_refusal_is_reported_only_if_there_may_be_a_terminal() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let asks = Call::with(libc::SYS_ioctl, 1, u32::MAX, libc::TIOCGPGRP as u32);
    let opens = Call::with(libc::SYS_openat, 2, libc::O_NOCTTY as u32, libc::O_NOCTTY as u32);
    for (error, message) in
        [(Errno::ENXIO, ""), (Errno::ENOENT, ""), (Errno::EACCES, "init: cannot use the terminal: errno 1\n")]
    {
        let filters = [refuse_some(&[asks], Errno::EPERM), refuse_some(&[opens], error)];
        let init = command(&["--", probe_child(), "status", "0"]);
        let output = Pod::start_after(init, move || filters.iter().try_for_each(apply)).wait();
        assert_eq!(text(&output.stderr), message, "{error}");
    }
}
