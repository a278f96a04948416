//! `--guard`: nothing in the pod can tell process 1 to leave, and who is outside still can.

use nix::pty::openpty;
use nix::sys::prctl;
use nix::sys::signal::Signal;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::deadline::PATIENCE;
use testkit::platform::EmulatorLimit;
use testkit::process_table::{rows, zombies};
use testkit::programs::{attacker, orphan_maker, pause};
use testkit::terminal::control;
use testkit::{Pod, PodProcess, reexec, until};

const VERSION: &str = concat!("pause ", env!("CARGO_PKG_VERSION"), "\n");
const WARNING: &str = "Warning: pause should be the first process\n";
const IGNORED: &str = "Ignored a signal from the pod\n";
const INTERRUPT: &str = "Shutting down, got signal: Interrupt\n";
const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// How often it tells of an ignored signal at most.
const LINES: usize = 100;

/// The signals that `pause` leaves on, and what it says then.
const SIGNALS: [(i32, &str); 2] = [(libc::SIGINT, INTERRUPT), (libc::SIGTERM, TERMINATED)];

/// The ways to send a signal from inside of the pod, and those that let the sender write its details.
const WAYS: [&str; 4] = ["kill", "tgkill", "pidfd", "file"];
const FORGERIES: [&str; 3] = ["queue", "tgqueue", "pidfd-queue"];

/// What a signal that was sent by `tgkill` says. Nobody may forge that, nor what is not negative.
const SI_TKILL: i32 = -6;

/// `pause` with these arguments, its messages in a pipe.
fn piped(arguments: &[&str]) -> Command {
    let mut program = pause();
    program.args(arguments).stderr(Stdio::piped());
    program
}

fn guarded() -> Command {
    piped(&["--guard"])
}

/// Lets a hostile container send a signal: whether the kernel let it, or why not.
#[track_caller]
fn attack(pod: &Pod, how: &str, signal: i32, code: Option<i32>) -> Result<(), String> {
    let numbers = [Some(signal), code].into_iter().flatten().map(|number| number.to_string());
    let mut program = attacker(&[how]);
    program.args(numbers).stdout(Stdio::piped());
    let output = pod.join(program).wait();
    match output.status.code() {
        Some(1) => Err(String::from_utf8(output.stdout).expect("plain text")),
        _ => Ok(()), // where the signal ends process 1, the sender may not live to tell of its success
    }
}

#[track_caller]
fn assert_left(output: &Output, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*stderr), (Some(0), said), "{}", output.status);
}

/// Process 1 is told to leave from outside, and does. It has ignored so many signals before.
#[track_caller]
fn assert_leaves(pod: Pod, signal: i32, message: &str, ignored: usize) {
    let init = pod.into_init();
    init.signal(signal);
    assert_left(&init.wait(), &format!("{}{message}", IGNORED.repeat(ignored)));
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn a_signal_from_inside_is_ignored_however_it_is_sent() {
    for (signal, message) in SIGNALS {
        let mut pod = Pod::with(guarded());
        for how in WAYS {
            assert_eq!(attack(&pod, how, signal, None), Ok(()), "{how}");
            pod.init().until_it_waits();
        }
        assert_leaves(pod, signal, message, WAYS.len());
    }
}

#[test]
fn a_signal_with_forged_details_is_ignored() {
    let is_emulated = EmulatorLimit::OwnSignals.applies();
    for (signal, message) in SIGNALS {
        for how in FORGERIES {
            let mut pod = Pod::with(guarded());
            // An emulator takes the lower half of a code for all of it.
            let least = if is_emulated { -65 } else { i32::MIN };
            let codes = || (-64..0).chain([least]).filter(|&code| code != SI_TKILL);
            for code in codes() {
                assert_eq!(attack(&pod, how, signal, Some(code)), Ok(()), "{how} {code}");
                pod.init().until_it_waits();
            }
            assert_leaves(pod, signal, message, codes().count());
        }
    }
}

#[test]
fn the_details_that_count_cannot_be_forged() {
    let pod = Pod::with(guarded());
    for how in FORGERIES {
        for code in [SI_TKILL, libc::SI_USER, libc::SI_KERNEL, 1, i32::MAX] {
            let refused = attack(&pod, how, libc::SIGTERM, Some(code));
            assert_eq!(refused, Err("EPERM: Operation not permitted\n".into()), "{how} {code}");
        }
    }
    assert_leaves(pod, libc::SIGTERM, TERMINATED, 0);
}

#[test]
fn without_the_option_each_of_them_ends_it() {
    for (signal, message) in SIGNALS {
        let ways = WAYS.map(|how| (how, None)).into_iter().chain(FORGERIES.map(|how| (how, Some(-1))));
        for (how, code) in ways {
            let pod = Pod::with(piped(&["-guard", "guard", "--guard=yes"]));
            assert_eq!(attack(&pod, how, signal, code), Ok(()), "{how}");
            assert_left(&pod.wait(), message);
        }
    }
}

#[test]
fn who_may_take_away_its_queue_is_taken_for_somebody_outside() {
    let pod = Pod::with(guarded());
    assert_eq!(attack(&pod, "lost", libc::SIGTERM, None), Ok(()));
    assert_left(&pod.wait(), TERMINATED);
}

#[test]
fn a_signal_to_everybody_inside_does_not_reach_it() {
    let pod = Pod::with(guarded());
    let _bystander = pod.join(orphan_maker(&["endless"]));
    assert!(pod.join(orphan_maker(&["kill-all", "15"])).wait().status.success());
    until("the others are gone", || rows(&pod).len() == 1);
    assert_leaves(pod, libc::SIGTERM, TERMINATED, 0);
}

#[test]
fn nobody_in_a_nested_pid_namespace_reaches_it() {
    let pod = Pod::with(guarded());
    let refused = attack(&pod, "nested", libc::SIGTERM, None);
    assert_eq!(refused, Err("EINVAL: Invalid argument\n".into()));
    assert_leaves(pod, libc::SIGTERM, TERMINATED, 0);
}

#[test]
fn the_end_of_its_parent_counts_as_a_signal_from_outside() {
    let mut pod = Pod::start_after(guarded(), || Ok(prctl::set_pdeathsig(Signal::SIGTERM)?));
    pod.init().until_it_waits();
    let parent = pod.init().streams();
    parent.kill().expect("it lives");
    let said = BufReader::new(parent.stderr.take().expect("it is piped")).lines().next();
    assert_eq!(said.expect("it says something").expect("plain text"), TERMINATED.trim_end());
}

#[test]
fn a_key_of_its_terminal_counts_as_a_signal_from_outside() {
    let terminal = openpty(None, None).expect("there are terminals");
    let slave = terminal.slave;
    let mut pod = Pod::start_after(guarded(), move || control(&slave));
    pod.init().until_it_waits();
    File::from(terminal.master).write_all(b"\x03").expect("it is open");
    assert_left(&pod.wait(), INTERRUPT);
}

#[test]
fn it_tells_of_ignored_signals_so_often_and_no_more() {
    let mut pod = Pod::with(guarded());
    for _ in 0..LINES + 20 {
        assert_eq!(attack(&pod, "kill", libc::SIGTERM, None), Ok(()));
        pod.init().until_it_waits();
    }
    assert_leaves(pod, libc::SIGTERM, TERMINATED, LINES);
}

#[test]
fn who_is_not_process_1_is_not_guarded() {
    for (signal, message) in SIGNALS {
        let mut ordinary = PodProcess::outside(guarded());
        ordinary.until_it_waits();
        ordinary.signal(signal); // from its own PID namespace
        assert_left(&ordinary.wait(), &format!("{WARNING}{message}"));
    }
}

#[test]
fn the_version_is_told_all_the_same() {
    for arguments in [["--guard", "-v"], ["-v", "--guard"]] {
        let mut program = piped(&arguments);
        program.stdout(Stdio::piped());
        let output = Pod::start(program).wait();
        assert_left(&output, "");
        assert_eq!(output.stdout, VERSION.as_bytes());
    }
}

#[test]
fn in_a_storm_from_inside_it_reaps_and_who_is_outside_comes_through() {
    let pod = Pod::with(guarded());
    // One of them by real-time priority, if that is permitted, and one by a signal that is nothing to process 1.
    let storm = |how: &str, signal: i32| {
        let mut program = attacker(&[how, &signal.to_string()]);
        program.stderr(Stdio::null());
        pod.join(program)
    };
    let mut storms =
        vec![storm("urgent-storm", libc::SIGTERM), storm("storm", libc::SIGINT), storm("storm", libc::SIGTERM)];
    if !EmulatorLimit::OwnSignals.applies() {
        storms.push(storm("storm", libc::SIGRTMIN()));
    }
    assert!(pod.join(orphan_maker(&["one-by-one", "200"])).wait().status.success());
    until("every orphan is reaped", || zombies(&pod).is_empty());

    // While one from inside waits to be taken, the kernel drops what comes from outside (`legacy_queue`): so ask again.
    let mut init = pod.into_init();
    let start = Instant::now();
    let mut asked = 0;
    while init.status().is_none() {
        assert!(start.elapsed() < PATIENCE, "it has not left, asked {asked} times");
        _ = testkit::pod::send(init.pid(), libc::SIGTERM); // it may be gone by now
        asked += 1;
        sleep(Duration::from_millis(1));
    }
    _ = writeln!(io::stderr(), "in the storm, process 1 left when it was asked for the {asked}. time");
    drop(storms);
    assert_left(&init.wait(), &format!("{}{TERMINATED}", IGNORED.repeat(LINES)));
}
