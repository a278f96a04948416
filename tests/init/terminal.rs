//! The terminal, a real one: the program is in its foreground, and hears its keys. How it is stopped: see `job_control`.

use crate::run::probe_child;
use nix::sys::signal::Signal;
use std::process::Command;
use testkit::process_table::rows;
use testkit::programs::{init, pause};
use testkit::terminal::{CTRL_C, CTRL_D, CTRL_Z, Keyboard, take_control};
use testkit::{Pod, PodProcess, until};

/// `init` with these arguments as process 1 at a terminal, and the keyboard.
fn in_a_pod(arguments: &[&str]) -> (Keyboard, Pod) {
    let mut program = init();
    program.args(arguments).env("PS1", "prompt> ").env_remove("ENV");
    let keyboard = Keyboard::of(&mut program);
    (keyboard, Pod::start_after(program, take_control))
}

/// An interactive shell at a terminal, in a pod so that nobody outlives the test; and the words that start `init` in it.
fn above() -> (Keyboard, (PodProcess, Pod), String) {
    let mut shell = Command::new("sh");
    shell.arg("-i").env("PS1", "prompt> ").env("TINI_VERBOSITY", "0").env_remove("ENV");
    let mut keyboard = Keyboard::of(&mut shell);
    let pod = Pod::with(pause());
    let shell = pod.join_after(shell, take_control);
    keyboard.shows("prompt> ");
    (keyboard, (shell, pod), format!("{:?}", init()).replace('"', ""))
}

#[test]
fn the_program_is_in_the_foreground() {
    let (mut keyboard, pod) = in_a_pod(&["--", probe_child(), "facts"]);
    keyboard.shows("foreground true");
    assert_eq!(pod.wait().status.code(), Some(0));
}

#[test]
fn what_is_typed_reaches_the_program() {
    let (mut keyboard, pod) = in_a_pod(&["cat"]);
    keyboard.line("hello");
    keyboard.shows("hello\r\nhello\r\n");
    keyboard.types(CTRL_D);
    assert_eq!(pod.wait().status.code(), Some(0));

    let (mut keyboard, pod) = in_a_pod(&["sh", "-c", "echo begins; exec sleep 1000"]);
    keyboard.shows("begins");
    keyboard.types(CTRL_C);
    assert_eq!(pod.wait().status.code(), Some(130));
}

#[test]
fn an_interactive_shell_has_job_control() {
    let (mut keyboard, pod) = in_a_pod(&["sh", "-i"]);
    keyboard.shows("prompt> ");
    keyboard.line("sh -c 'echo be''gins; exec sleep 1000'");
    keyboard.shows("begins");
    keyboard.types(CTRL_Z);
    keyboard.shows("Stopped");
    keyboard.shows("prompt> ");
    keyboard.line("fg");
    // The shell tells it, puts it into the foreground, and continues it, in this order.
    until("it goes on", || rows(&pod).iter().any(|row| row.command == "sleep" && row.state == 'S'));
    keyboard.types(CTRL_C);
    keyboard.shows("^C");
    keyboard.shows("prompt> ");
    keyboard.line("echo status $?");
    keyboard.shows("status 130");
    keyboard.line("echo still he''re; exit 7");
    keyboard.shows("still here");
    assert_eq!(pod.wait().status.code(), Some(7));
}

#[test]
fn a_key_is_heard_once_where_the_group_is_shared() {
    let script = "trap 'echo heard' INT; echo begins; while :; do sleep 0.1; done";
    let (mut keyboard, pod) = in_a_pod(&["-c", "sh", "-c", script]);
    keyboard.shows("begins");
    keyboard.types(CTRL_C);
    keyboard.shows("heard");
    pod.signal(Signal::SIGTERM);
    assert_eq!(pod.wait().status.code(), Some(143));
    assert!(!keyboard.seen().contains("heard"), "{:?}", keyboard.seen());
}

#[test]
fn a_new_size_of_the_window_reaches_the_program() {
    for options in [&[][..], &["-c"]] {
        let script = "trap 'stty size' WINCH; echo begins; while :; do sleep 0.1; done";
        let (mut keyboard, _pod) = in_a_pod(&[options, &["sh", "-c", script]].concat());
        keyboard.shows("begins");
        keyboard.resize(33, 77);
        keyboard.shows("33 77");
    }
}

#[test]
fn a_script_gets_the_terminal_back() {
    let (mut keyboard, (shell, _pod), init) = above();
    keyboard.line(&format!("sh -c '{init} true; read line; echo got $line'"));
    keyboard.line("something");
    keyboard.shows("got something");
    keyboard.line("exit 3");
    assert_eq!(shell.wait().status.code(), Some(3));
}

/// A shell's background job, which ignores SIGINT, says when it is ready, and cleans up when it is sent SIGTERM.
const CLEANS_UP: &str = "sh -c 'trap \"echo clean''ing; sleep 0.5; echo clean''ed; exit\" TERM; echo rea''dy; \
    while :; do sleep 0.05; done' &";

#[test]
fn a_process_that_ignores_the_key_is_asked_to_end_all_the_same() {
    let (mut keyboard, pod) = in_a_pod(&["-t", "600", "sh", "-c", &format!("{CLEANS_UP} exec sleep 1000")]);
    keyboard.shows("ready");
    keyboard.types(CTRL_C);
    keyboard.shows("cleaned");
    assert_eq!(pod.wait().status.code(), Some(130));
}

#[test]
fn a_status_like_that_of_a_key_does_not_count_as_one() {
    let (mut keyboard, pod) = in_a_pod(&["-t", "600", "sh", "-c", &format!("{CLEANS_UP} sleep 0.3; exit 130")]);
    keyboard.shows("cleaned");
    assert_eq!(pod.wait().status.code(), Some(130));
}

#[test]
fn a_key_stops_nobody_in_the_grace_period() {
    let (mut keyboard, pod) = in_a_pod(&["-t", "600", "sh", "-c", &format!("{CLEANS_UP} sleep 0.3; exit 3")]);
    keyboard.shows("cleaning");
    keyboard.types(CTRL_Z);
    keyboard.shows("cleaned");
    assert_eq!(pod.wait().status.code(), Some(3));
}

#[test]
fn a_background_job_of_a_script_leaves_the_terminal_to_the_script() {
    let (mut keyboard, (shell, _pod), init) = above();
    keyboard.line(&format!("sh -c '{init} sleep 1000 & sleep 0.3; echo be''gins; read line; echo got $line; kill $!'"));
    keyboard.shows("begins");
    keyboard.line("something");
    keyboard.shows("got something");
    keyboard.line("exit 3");
    assert_eq!(shell.wait().status.code(), Some(3));
}
