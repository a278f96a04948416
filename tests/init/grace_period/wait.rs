//! With `-t`, `init` sends the remaining processes SIGTERM and SIGCONT, and waits for them. Without it, it does not.

use super::shell;
use crate::run::{SignalLog, end_program_beside, kill_in, probe_child, sorted, text};
use nix::sys::signal::Signal;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::platform::EmulatorLimit;
use testkit::process_table::rows;
use testkit::programs::pause;
use testkit::usage::context_switches;
use testkit::{Pod, PodProcess, until};

/// A grace period longer than `Pod::wait` waits: a test fails if `init` waits until it is over.
const LONG: &str = "600";

/// Starts `init OPTIONS -- sh -c SCRIPT` as process 1.
fn start(options: &[&str], script: &str) -> Pod {
    Pod::start(shell(options, script))
}

/// Starts a probe child in the pod that is no descendant of process 1. It exits on SIGUSR1.
fn join_probe(pod: &Pod) -> (PodProcess, SignalLog) {
    let mut command = Command::new(probe_child());
    command.args(["signals", "10"]).stdout(Stdio::piped());
    let mut process = pod.join(command);
    let log = SignalLog::of(&mut process);
    (process, log)
}

#[test]
fn each_remaining_process_is_sent_sigterm_and_sigcont_and_waited_for() {
    // One process is in the program's group, the other in its own session. Both exit on SIGCONT, which is sent last.
    let mut pod = start(&["-t", LONG], "PROBE signals 18 & PROBE daemon 18 & read line; exit 7");
    let log = end_program_beside(2, pod.init());
    assert_eq!(sorted(log), [15, 15, 18, 18]);
    assert_eq!(pod.wait().status.code(), Some(7));
}

#[test]
fn without_t_no_process_is_sent_a_signal() {
    let mut pod = start(&[], "PROBE signals & PROBE daemon & read line; exit 7");
    let log = end_program_beside(2, pod.init());
    assert_eq!(log.count(), 0, "the remaining processes are killed");
    assert_eq!(pod.wait().status.code(), Some(7));
}

#[test]
fn init_exits_when_the_grace_period_is_over() {
    let begin = Instant::now();
    let mut pod = start(&["-t1000", "-t2"], "PROBE signals & read line; exit 3");
    let log = end_program_beside(1, pod.init());
    assert_eq!(sorted(log), [15, 18], "then the remaining process is killed with the namespace");
    assert_eq!(pod.wait().status.code(), Some(3));
    assert!(begin.elapsed() >= Duration::from_secs(2));
}

#[test]
fn init_exits_immediately_if_no_process_is_left_or_the_grace_period_is_0() {
    assert_eq!(start(&["-t", LONG], "exit 4").wait().status.code(), Some(4));
    assert_eq!(start(&["-t0"], "sleep 1000 & exit 4").wait().status.code(), Some(4));
}

#[test]
fn a_stopped_process_is_continued_and_ends() {
    let pod = start(&["-t", LONG], "sleep 1000 & kill -STOP $!; exit 5");
    assert_eq!(pod.wait().status.code(), Some(5));
}

#[test]
fn processes_that_keep_forking_do_not_keep_init_from_exiting() {
    // They fork as fast as they can, each in its own session, also while they are sent SIGTERM.
    let forkers = "for i in 1 2 3; do setsid sh -c 'while :; do (sleep 0.01 & sleep 0.01) & wait; done' & done";
    // Each of these forks once more on SIGTERM. That child ends by itself.
    let last_forks = "for i in 1 2 3; do sh -c 'trap \"sleep 0.3 & exit\" TERM; while :; do sleep 0.01; done' & done";
    for processes in [forkers, last_forks] {
        let pod = start(&["-t", LONG], &format!("{processes}; sleep 0.5; exit 6"));
        assert_eq!(pod.wait().status.code(), Some(6));
    }
}

#[test]
fn a_signal_in_the_grace_period_is_sent_to_the_remaining_processes() {
    let mut pod = start(&["-t", LONG], "PROBE signals 10 & PROBE daemon 10 & read line; exit 8");
    let mut log = end_program_beside(2, pod.init());
    assert_eq!(sorted(log.by_ref().take(4)), [15, 15, 18, 18]);
    for signal in [Signal::SIGALRM, Signal::SIGUSR1] {
        pod.signal(signal);
        assert_eq!(sorted(log.by_ref().take(2)), [signal as i32; 2]);
    }
    assert_eq!(pod.wait().status.code(), Some(8));
}

#[test]
fn a_rewritten_signal_in_the_grace_period_means_what_it_is_rewritten_to() {
    let mut pod = start(&["-t", LONG, "-r", "TERM:USR1", "-r", "USR1:TERM"], "PROBE signals 10 & read line; exit 8");
    let mut log = end_program_beside(1, pod.init());
    assert_eq!([log.next(), log.next()], [Some(15), Some(18)]);
    pod.signal(Signal::SIGUSR1); // a request to end, and the process was asked before
    pod.signal(Signal::SIGWINCH);
    assert_eq!(log.next(), Some(28), "it receives SIGWINCH, and no SIGTERM before it");
    pod.signal(Signal::SIGTERM);
    assert_eq!(sorted(log), [10]);
    assert_eq!(pod.wait().status.code(), Some(8));
}

#[test]
fn while_init_waits_for_children_it_never_wakes_up() {
    let mut pod = start(&["-t", LONG], "PROBE signals 10 & read line; exit 8");
    let mut log = end_program_beside(1, pod.init());
    assert_eq!([log.next(), log.next()], [Some(15), Some(18)]);
    sleep(Duration::from_secs(1)); // much longer than it rests after the end of the program
    let before = context_switches(pod.pid()).expect("init is alive");
    sleep(Duration::from_secs(2)); // a timer of init would fire in this time
    assert_eq!(context_switches(pod.pid()).expect("init is alive"), before);
    pod.signal(Signal::SIGUSR1);
    assert_eq!(pod.wait().status.code(), Some(8));
}

#[test]
fn a_storm_of_orphans_does_not_keep_init_from_exiting() {
    // The orphans and the processes that abandon them ignore SIGTERM.
    let storm = "trap '' TERM; for i in 1 2 3; do (while :; do (true & true & true &); done) & done; sleep 0.5; exit 6";
    for options in [&[][..], &["-t0"], &["-t1"]] {
        assert_eq!(start(options, storm).wait().status.code(), Some(6), "{options:?}");
    }
}

#[test]
fn process_1_also_waits_for_a_process_that_joined_its_namespace() {
    let mut pod = start(&["-t", LONG], "read line; exit 9");
    let (joined, mut log) = join_probe(&pod);
    drop(pod.init().streams().stdin.take());
    assert_eq!([log.next(), log.next()], [Some(15), Some(18)]);
    until("the program is gone", || rows(&pod).iter().filter(|row| row.state != 'Z').count() == 2);
    assert!(pod.init().status().is_none(), "init waits for the process that joined");
    pod.signal(Signal::SIGUSR1);
    assert_eq!(sorted(log), [10]);
    assert!(joined.wait().status.success());
    assert_eq!(pod.wait().status.code(), Some(9));
}

#[test]
fn a_subreaper_sends_signals_to_its_descendants_only() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    let pod = Pod::with(pause()); // kills all processes when the test ends
    let (_other, mut other_log) = join_probe(&pod);

    // The last probe child is a grandchild, whose parent waits for it.
    let script = "PROBE signals 18 & PROBE daemon 18 & sh -c 'PROBE daemon 18; true' & read line; exit 7";
    let mut init = pod.join(shell(&["-s", "-t", LONG], script));
    let log = end_program_beside(3, &mut init);
    assert_eq!(sorted(log), [15, 15, 15, 18, 18, 18]);
    let output = init.wait();
    assert_eq!(output.status.code(), Some(7), "{}", text(&output.stderr));

    let other = rows(&pod).into_iter().find(|row| row.ppid == 0 && row.command == "probe-child");
    kill_in(&pod, "USR1", &other.expect("the other process is alive").pid.to_string());
    assert_eq!(other_log.next(), Some(10), "the first signal that it receives");
}
