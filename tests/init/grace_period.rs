//! With `-t`, the remaining processes are asked to end, and waited for. Without it they are not.

use crate::run::{Told, piped, probe_child, text};
use nix::sys::signal::Signal;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::platform::EmulatorLimit;
use testkit::process_table::rows;
use testkit::programs::pause;
use testkit::usage::context_switches;
use testkit::{Pod, PodProcess, until};

/// Long enough that it is never over in a test that does not wait for it.
const LONG: &str = "600";

/// `init` with a shell that does this, as process 1.
fn script(options: &[&str], script: &str) -> Pod {
    Pod::start(piped(&[options, &["--", "sh", "-c", script]].concat()))
}

#[test]
fn whoever_is_left_is_told_once_and_waited_for() {
    // One in the group of the program, one in a session of its own. Each leaves with SIGCONT, which comes last.
    let script = format!("{0} signals 18 & {0} daemon 18 & sleep 0.5; exit 7", probe_child());
    let mut pod = self::script(&["-t", LONG], &script);
    let told = Told::by(pod.init());
    let start = Instant::now();
    let mut heard = told.rest();
    heard.sort();
    assert_eq!(heard, [0, 15, 15, 18, 18]); // and the 0 of the first was heard before
    assert_eq!(pod.wait().status.code(), Some(7));
    assert!(start.elapsed() < Duration::from_secs(300), "it did not wait for the time to be over");
}

#[test]
fn without_it_nobody_is_told() {
    let script = format!("{0} signals & {0} daemon & sleep 0.5; exit 7", probe_child());
    let mut pod = self::script(&[], &script);
    let told = Told::by(pod.init());
    assert_eq!(told.rest(), [0], "they are killed");
    assert_eq!(pod.wait().status.code(), Some(7));
}

#[test]
fn whoever_stays_is_left_when_the_time_is_over() {
    let script = format!("{0} signals & sleep 0.5; exit 3", probe_child());
    let start = Instant::now();
    let mut pod = self::script(&["-t2"], &script);
    let told = Told::by(pod.init());
    assert_eq!(told.rest(), [15, 18], "and then it is killed with the namespace");
    assert_eq!(pod.wait().status.code(), Some(3));
    assert!(start.elapsed() >= Duration::from_secs(2));
}

#[test]
fn nobody_is_waited_for_where_nobody_is_left() {
    let start = Instant::now();
    assert_eq!(self::script(&["-t", LONG], "exit 4").wait().status.code(), Some(4));
    assert_eq!(self::script(&["-t0"], "sleep 1000 & exit 4").wait().status.code(), Some(4));
    assert!(start.elapsed() < Duration::from_secs(300));
}

#[test]
fn whoever_was_stopped_is_continued_and_ends() {
    let pod = self::script(&["-t", LONG], "sleep 1000 & kill -STOP $!; exit 5");
    assert_eq!(pod.wait().status.code(), Some(5));
}

#[test]
fn whoever_goes_on_making_others_does_not_keep_it() {
    // They fork as fast as they can, in a group of their own; some of them while being told to leave.
    let forkers = "for i in 1 2 3; do setsid sh -c 'while :; do (sleep 0.01 & sleep 0.01) & wait; done' & done";
    let pod = self::script(&["-t", LONG], &format!("{forkers}; sleep 0.5; exit 6"));
    assert_eq!(pod.wait().status.code(), Some(6));

    // And these make one more when they are told, who needs no telling.
    let makers = "for i in 1 2 3; do sh -c 'trap \"sleep 0.3 & exit\" TERM; while :; do sleep 0.01; done' & done";
    let pod = self::script(&["-t", LONG], &format!("{makers}; sleep 0.5; exit 6"));
    assert_eq!(pod.wait().status.code(), Some(6));
}

#[test]
fn a_signal_in_the_meantime_concerns_whoever_is_left() {
    let script = format!("{0} signals 10 & {0} daemon 10 & sleep 0.5; exit 8", probe_child());
    let mut pod = self::script(&["-t", LONG], &script);
    let mut told = Told::by(pod.init());
    let mut heard: Vec<i32> = (0..5).filter_map(|_| told.next()).collect();
    heard.sort();
    assert_eq!(heard, [0, 15, 15, 18, 18]);
    pod.signal(Signal::SIGUSR1);
    assert_eq!(told.rest(), [10, 10]);
    assert_eq!(pod.wait().status.code(), Some(8));
}

#[test]
fn while_it_waits_for_children_it_never_wakes_up() {
    let mut pod = self::script(&["-t", LONG], &format!("{} signals 10 & sleep 0.5; exit 8", probe_child()));
    let mut told = Told::by(pod.init());
    assert_eq!([told.next(), told.next()], [Some(15), Some(18)]);
    pod.init().until_it_waits();
    let before = context_switches(pod.pid()).expect("it lives");
    sleep(Duration::from_secs(2)); // the time it has to stay asleep in
    assert_eq!(context_switches(pod.pid()).expect("it lives"), before);
    pod.signal(Signal::SIGUSR1);
    assert_eq!(pod.wait().status.code(), Some(8));
}

#[test]
fn a_storm_of_orphans_does_not_keep_it_from_leaving() {
    // Who makes them is deaf to SIGTERM, and so is every one of them.
    let makers = "trap '' TERM; for i in 1 2 3; do (while :; do (true & true & true &); done) & done";
    for options in [&[][..], &["-t0"], &["-t1"]] {
        let pod = self::script(options, &format!("{makers}; sleep 0.5; exit 6"));
        assert_eq!(pod.wait().status.code(), Some(6), "{options:?}");
    }
}

#[test]
fn whoever_came_from_outside_is_waited_for_too() {
    let mut program = piped(&["-t", LONG, "--", "sh", "-c", "read line; exit 9"]);
    program.stdin(Stdio::piped()); // the program ends when it is told to
    let mut pod = Pod::start(program);
    let mut child_outside = Command::new(probe_child());
    child_outside.args(["signals", "10"]).stdout(Stdio::piped());
    let mut guest = pod.join(child_outside);
    let mut told = Told::by(&mut guest);
    drop(pod.init().streams().stdin.take());
    assert_eq!([told.next(), told.next()], [Some(15), Some(18)]);
    until("the program is gone", || rows(&pod).iter().filter(|row| row.state != 'Z').count() == 2);
    assert!(pod.init().status().is_none(), "it waits for the guest");
    pod.signal(Signal::SIGUSR1);
    assert_eq!(told.rest(), [10]);
    assert!(guest.wait().status.success());
    assert_eq!(pod.wait().status.code(), Some(9));
}

#[test]
fn a_subreaper_tells_its_descendants_and_no_stranger() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    let pod = Pod::with(pause()); // so that nobody outlives the test
    let mut stranger = Command::new(probe_child());
    stranger.args(["signals", "10"]).stdout(Stdio::piped());
    let mut stranger = pod.join(stranger);
    let mut of_stranger = Told::by(&mut stranger);

    // The last of them is a grandchild, whose parent waits for it.
    let script =
        format!("{0} signals 18 & {0} daemon 18 & sh -c '{0} daemon 18; true' & sleep 0.5; exit 7", probe_child());
    let program = piped(&["-s", "-t", LONG, "--", "sh", "-c", &script]);
    let mut init = pod.join(program);
    let told = Told::by(&mut init);
    let mut heard = told.rest();
    heard.sort();
    assert_eq!(heard, [0, 0, 15, 15, 15, 18, 18, 18]);
    let output = init.wait();
    assert_eq!(output.status.code(), Some(7), "{}", text(&output.stderr));

    let kill: PodProcess = {
        let row =
            rows(&pod).into_iter().find(|row| row.ppid == 0 && row.command == "probe-child").expect("the stranger");
        let mut kill = Command::new("sh");
        kill.args(["-c", r#"kill -USR1 "$0""#, &row.pid.to_string()]);
        pod.join(kill)
    };
    assert!(kill.wait().status.success());
    assert_eq!(of_stranger.next(), Some(10), "nothing came before");
}
