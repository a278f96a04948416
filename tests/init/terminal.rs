//! The terminal: the program is in its foreground and receives the signals of its keys. `job_control` tests stops.

use crate::run::probe_child;
use nix::sys::signal::Signal;
use std::process::Command;
use testkit::process_table::rows;
use testkit::programs::{init, pause};
use testkit::terminal::{CTRL_C, CTRL_D, CTRL_Z, Keyboard, take_control};
use testkit::{Pod, PodProcess, until};

/// Starts `init ARGUMENTS` as process 1 at a terminal.
fn at_terminal(arguments: &[&str]) -> (Keyboard, Pod) {
    let mut command = init();
    command.args(arguments).env("PS1", "prompt> ").env_remove("ENV");
    let keyboard = Keyboard::of(&mut command);
    (keyboard, Pod::start_after(command, take_control))
}

/// An interactive shell at a terminal. It is in a pod, so that no process outlives the test.
struct InteractiveShell {
    keyboard: Keyboard,
    shell: PodProcess,
    _pod: Pod,
}

impl InteractiveShell {
    fn start() -> Self {
        let mut shell = Command::new("sh");
        shell.arg("-i").env("PS1", "prompt> ").env("TINI_VERBOSITY", "0").env_remove("ENV");
        let mut keyboard = Keyboard::of(&mut shell);
        let pod = Pod::with(pause());
        let shell = pod.join_after(shell, take_control);
        keyboard.shows("prompt> ");
        Self { keyboard, shell, _pod: pod }
    }

    /// Asserts that `script`, in which INIT stands for the program under test, can read a line from the terminal.
    #[track_caller]
    fn assert_script_reads_a_line(mut self, script: &str) {
        let init = format!("{:?}", init()).replace('"', "");
        self.keyboard.line(&format!("sh -c '{}'", script.replace("INIT", &init)));
        self.keyboard.shows("begins");
        self.keyboard.line("something");
        self.keyboard.shows("got something");
        self.keyboard.line("exit 3");
        assert_eq!(self.shell.wait().status.code(), Some(3));
    }
}

#[test]
fn the_program_is_in_the_foreground() {
    let (mut keyboard, pod) = at_terminal(&["--", probe_child(), "facts"]);
    keyboard.shows("foreground true");
    assert_eq!(pod.wait().status.code(), Some(0));
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
    keyboard.shows("^C");
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
fn a_script_gets_the_terminal_back_when_the_program_exits() {
    InteractiveShell::start().assert_script_reads_a_line("INIT true; echo be''gins; read line; echo got $line");
}

#[test]
fn a_background_job_of_a_script_leaves_the_terminal_to_the_script() {
    InteractiveShell::start()
        .assert_script_reads_a_line("INIT sleep 1000 & sleep 0.3; echo be''gins; read line; echo got $line; kill $!");
}

/// A background job of a shell, which ignores SIGINT. It prints when it is ready, and cleans up on SIGTERM.
const CLEANS_UP: &str = "sh -c 'trap \"echo clean''ing; sleep 0.5; echo clean''ed; exit\" TERM; echo rea''dy; \
    while :; do sleep 0.05; done' &";

/// Starts `init` with a long grace period, and a shell that starts the background job and then runs `rest`.
fn with_background_job(rest: &str) -> (Keyboard, Pod) {
    at_terminal(&["-t", "600", "sh", "-c", &format!("{CLEANS_UP} {rest}")])
}

#[test]
fn a_process_that_ignores_the_key_is_sent_sigterm_in_the_grace_period() {
    let (mut keyboard, pod) = with_background_job("exec sleep 1000");
    keyboard.shows("ready");
    keyboard.types(CTRL_C);
    keyboard.shows("cleaned");
    assert_eq!(pod.wait().status.code(), Some(130));
}

#[test]
fn an_exit_with_130_does_not_count_as_a_key() {
    let (mut keyboard, pod) = with_background_job("sleep 0.3; exit 130");
    keyboard.shows("cleaned");
    assert_eq!(pod.wait().status.code(), Some(130));
}

#[test]
fn ctrl_z_stops_no_process_in_the_grace_period() {
    let (mut keyboard, pod) = with_background_job("sleep 0.3; exit 3");
    keyboard.shows("cleaning");
    keyboard.types(CTRL_Z);
    keyboard.shows("cleaned");
    assert_eq!(pod.wait().status.code(), Some(3));
}
