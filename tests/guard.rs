//! `--guard`: no process in the pod can make process 1 exit, and a process outside still can.

use nix::sys::prctl;
use nix::sys::signal::Signal;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread::{available_parallelism, sleep};
use std::time::{Duration, Instant};
use testkit::assertions::assert_exited;
use testkit::deadline::timeout;
use testkit::pause_process::{INTERRUPT, SHUTDOWN, TERMINATED, WARNING, ordinary, pause_with};
use testkit::platform::EmulatorLimit;
use testkit::process_table::zombies;
use testkit::programs::{attacker, orphan_maker};
use testkit::streams::unused_terminal;
use testkit::terminal::control;
use testkit::{Pod, reexec, until};

const IGNORED: &str = "Ignored a signal from the pod\n";

/// The largest number of such lines that `pause` writes.
const LINES: usize = 100;

/// The arguments by which the attacker sends a signal with the kernel's own `si_code`.
const SENDING: [&str; 4] = ["kill", "tgkill", "pidfd", "file"];
/// The arguments by which it sends a signal with an `si_code` of its choice.
const FORGING: [&str; 3] = ["queue", "tgqueue", "pidfd-queue"];

/// The `si_code` of `tgkill`. No process can forge it, or one that is 0 or greater (`do_rt_sigqueueinfo`).
const SI_TKILL: i32 = -6;

fn guarded() -> Command {
    pause_with(&["--guard"])
}

/// An attacker in the pod sends a signal, with each of these codes if there are any. Returns the error if the kernel refuses
/// that.
#[track_caller]
fn attack(pod: &Pod, how: &str, signal: Signal, codes: &[i32]) -> Result<(), String> {
    let mut program = attacker(&[how]);
    program.arg((signal as i32).to_string()).args(codes.iter().map(i32::to_string)).stdout(Stdio::piped());
    let output = pod.join(program).wait();
    match output.status.code() {
        Some(1) => Err(String::from_utf8(output.stdout).expect("plain text")),
        _ => Ok(()), // if the signal ends process 1, the kernel may kill the attacker before it can exit
    }
}

/// Asserts that a signal from outside ends process 1, and that process 1 has ignored this number of signals before.
#[track_caller]
fn assert_ends(pod: Pod, signal: Signal, message: &str, ignored: usize) {
    pod.signal(signal);
    assert_exited(&pod.wait(), 0, &format!("{}{message}", IGNORED.repeat(ignored)));
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn a_signal_from_inside_is_ignored_however_it_is_sent() {
    for (signal, message) in SHUTDOWN {
        let mut pod = Pod::with(guarded());
        for how in SENDING {
            assert_eq!(attack(&pod, how, signal, &[]), Ok(()), "{how}");
            pod.init().until_it_waits();
        }
        assert_ends(pod, signal, message, SENDING.len());
    }
}

#[test]
fn a_signal_with_a_forged_si_code_is_ignored() {
    let is_emulated = EmulatorLimit::OwnSignals.applies();
    for (signal, message) in SHUTDOWN {
        for how in FORGING {
            let mut pod = Pod::with(guarded());
            // An emulator passes on only 16 bits of a code.
            let least = if is_emulated { -65 } else { i32::MIN };
            let codes: Vec<i32> = (-64..0).chain([least]).filter(|&code| code != SI_TKILL).collect();
            assert_eq!(attack(&pod, how, signal, &codes), Ok(()), "{how}");
            pod.init().until_it_waits();
            assert_ends(pod, signal, message, codes.len());
        }
    }
}

#[test]
fn the_kernel_refuses_an_si_code_that_guard_would_trust() {
    let pod = Pod::with(guarded());
    for how in FORGING {
        for code in [SI_TKILL, libc::SI_USER, libc::SI_KERNEL, 1, i32::MAX] {
            let refused = attack(&pod, how, Signal::SIGTERM, &[code]);
            assert_eq!(refused, Err("EPERM: Operation not permitted\n".into()), "{how} {code}");
        }
    }
    assert_ends(pod, Signal::SIGTERM, TERMINATED, 0);
}

#[test]
fn without_the_option_each_of_these_signals_ends_it() {
    for (signal, message) in SHUTDOWN {
        let all = SENDING.map(|how| (how, &[][..])).into_iter().chain(FORGING.map(|how| (how, &[-1][..])));
        for (how, codes) in all {
            let pod = Pod::with(pause_with(&["-guard", "guard", "--guard=yes"]));
            assert_eq!(attack(&pod, how, signal, codes), Ok(()), "{how}");
            assert_exited(&pod.wait(), 0, message);
        }
    }
}

#[test]
fn a_signal_whose_siginfo_was_lost_counts_as_a_signal_from_outside() {
    let pod = Pod::with(guarded());
    assert_eq!(attack(&pod, "lost", Signal::SIGTERM, &[]), Ok(()));
    assert_exited(&pod.wait(), 0, TERMINATED);
}

#[test]
fn a_nested_pid_namespace_cannot_reach_it() {
    let pod = Pod::with(guarded());
    let refused = attack(&pod, "nested", Signal::SIGTERM, &[]);
    assert_eq!(refused, Err("EINVAL: Invalid argument\n".into()));
    assert_ends(pod, Signal::SIGTERM, TERMINATED, 0);
}

#[test]
fn a_parent_death_signal_counts_as_a_signal_from_outside() {
    let mut pod = Pod::start_after(guarded(), || Ok(prctl::set_pdeathsig(Signal::SIGTERM)?));
    pod.init().until_it_waits();
    let parent = pod.init().streams(); // the shim
    parent.kill().expect("the parent is alive");
    let line = BufReader::new(parent.stderr.take().expect("a pipe")).lines().next();
    assert_eq!(line.expect("a message").expect("plain text"), TERMINATED.trim_end());
}

#[test]
fn a_key_at_its_terminal_counts_as_a_signal_from_outside() {
    let (mut keyboard, terminal) = unused_terminal();
    let mut pod = Pod::start_after(guarded(), move || control(&terminal));
    pod.init().until_it_waits();
    keyboard.write_all(b"\x03").expect("the terminal is open");
    assert_exited(&pod.wait(), 0, INTERRUPT);
}

#[test]
fn it_logs_at_most_100_ignored_signals() {
    let mut pod = Pod::with(guarded());
    for _ in 0..LINES + 20 {
        assert_eq!(attack(&pod, "kill", Signal::SIGTERM, &[]), Ok(()));
        pod.init().until_it_waits();
    }
    assert_ends(pod, Signal::SIGTERM, TERMINATED, LINES);
}

#[test]
fn only_process_1_is_guarded() {
    for (signal, message) in SHUTDOWN {
        let ordinary = ordinary(guarded());
        ordinary.signal(signal as i32); // from its own PID namespace
        assert_exited(&ordinary.wait(), 0, &format!("{WARNING}{message}"));
    }
}

#[test]
fn in_a_storm_of_signals_from_inside_it_reaps_and_a_signal_from_outside_ends_it() {
    let pod = Pod::with(guarded());
    // One attacker has real-time priority if permitted. Another one sends a signal that process 1 does not wait for.
    let storm = |how: &str, signal: i32| {
        let mut program = attacker(&[how, &signal.to_string()]);
        program.stderr(Stdio::null());
        pod.join(program)
    };
    // On a machine with one CPU, that one would leave process 1 hardly any time.
    let urgent = if available_parallelism().is_ok_and(|cpus| cpus.get() > 1) { "urgent-storm" } else { "storm" };
    let mut storms = vec![storm(urgent, libc::SIGTERM), storm("storm", libc::SIGINT), storm("storm", libc::SIGTERM)];
    if !EmulatorLimit::OwnSignals.applies() {
        storms.push(storm("storm", libc::SIGRTMIN()));
    }
    assert!(pod.join(orphan_maker(&["one-by-one", "200"])).wait().status.success());
    until("every orphan is reaped", || zombies(&pod).is_empty());

    // Standard signals do not queue: while one from inside is pending, one from outside is lost (`legacy_queue`).
    let mut init = pod.into_init();
    let start = Instant::now();
    let mut sent = 0;
    while init.status().is_none() {
        assert!(start.elapsed() < timeout(), "process 1 did not exit on {sent} signals");
        _ = testkit::pod::send(init.pid(), libc::SIGTERM); // the process may be gone already
        sent += 1;
        sleep(Duration::from_millis(1));
    }
    drop(storms);
    assert_exited(&init.wait(), 0, &format!("{}{TERMINATED}", IGNORED.repeat(LINES)));
}
