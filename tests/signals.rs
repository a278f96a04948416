//! The effect of every signal on `pause`: from inside of the pod, from outside, and at any time.

use nix::sys::signal::{SigSet, Signal};
use std::os::unix::process::ExitStatusExt;
use std::time::Instant;
use testkit::assertions::assert_exited;
use testkit::deadline::timeout;
use testkit::pause_process::{INTERRUPT, SHUTDOWN, TERMINATED, WARNING, ordinary, piped};
use testkit::platform::EmulatorLimit;
use testkit::programs::{orphan_maker, pause};
use testkit::recorded_calls::first_call;
use testkit::shim::block_all_and_ignore;
use testkit::usage::{is_stopped, status};
use testkit::{Pod, PodProcess, reexec, until};

/// The effect of a signal on `pause`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// `pause` exits with status 0 and writes this.
    Exits(&'static str),
    None,
    /// `pause` is stopped until SIGCONT.
    Stops,
    /// The kernel kills it.
    Kills,
}

/// The effect on process 1 of a pod, from inside: signals without a handler have none (`man 7 pid_namespaces`), and
/// `pause` waits for these two.
fn from_inside(signal: i32) -> Effect {
    match signal {
        libc::SIGINT => Effect::Exits(INTERRUPT),
        libc::SIGTERM => Effect::Exits(TERMINATED),
        _ => Effect::None,
    }
}

/// The effect on process 1 of a pod, from outside: SIGKILL and SIGSTOP work too (`man 7 pid_namespaces`).
fn from_outside(signal: i32) -> Effect {
    match signal {
        libc::SIGKILL => Effect::Kills,
        libc::SIGSTOP => Effect::Stops,
        _ => from_inside(signal),
    }
}

/// The effect on an ordinary process: the default action (`man 7 signal`), except for the signals that `pause` blocks.
fn to_an_ordinary_process(signal: i32) -> Effect {
    match signal {
        libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU => Effect::Stops,
        libc::SIGCHLD | libc::SIGCONT | libc::SIGURG | libc::SIGWINCH => Effect::None,
        libc::SIGPIPE => Effect::None, // blocked: a closed pipe of the messages must not end `pause`
        libc::SIGINT | libc::SIGTERM => from_inside(signal),
        _ => Effect::Kills,
    }
}

/// All signals, except those that an emulator handles itself.
fn signals(to_process_1: bool) -> impl Iterator<Item = i32> {
    let is_limited = EmulatorLimit::OwnSignals.applies();
    let is_handled = move |signal| match signal {
        libc::SIGKILL => false,
        1..32 => to_process_1 && to_an_ordinary_process(signal) == Effect::Kills,
        _ => true,
    };
    (1..=64).filter(move |&signal| !(is_limited && is_handled(signal)))
}

/// The signals whose default action is a core dump (`man 7 signal`).
const CORE_DUMPING: [i32; 10] = [
    libc::SIGQUIT,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGABRT,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGSEGV,
    libc::SIGXCPU,
    libc::SIGXFSZ,
    libc::SIGSYS,
];

/// Asserts that a signal that was sent has exactly this effect. `before` is what `pause` wrote before.
#[track_caller]
fn assert_effect(process: PodProcess, signal: i32, effect: Effect, before: &str) {
    println!("signal {signal}"); // shown if the test fails
    let message = match effect {
        Effect::Exits(message) => message,
        Effect::Kills => {
            let ended_by = process.wait().status.signal();
            // On a busy machine QEMU itself may crash while it prepares a core dump.
            let may_crash = ended_by == Some(libc::SIGSEGV) && CORE_DUMPING.contains(&signal);
            return assert!(
                ended_by == Some(signal) || may_crash && EmulatorLimit::OwnSignals.applies(),
                "{ended_by:?}"
            );
        }
        Effect::Stops | Effect::None => {
            if effect == Effect::Stops {
                until(&format!("signal {signal} stops the process"), || is_stopped(process.pid()));
                process.signal(libc::SIGCONT);
            }
            // If `signal` has killed the process, its status shows `signal` and not this one.
            process.signal(libc::SIGTERM);
            TERMINATED
        }
    };
    assert_exited(&process.wait(), 0, &format!("{before}{message}"));
}

/// Sends a signal to process 1 of a pod from inside.
#[track_caller]
fn send_from_inside(pod: &Pod, signal: i32) {
    let sent = pod.join(orphan_maker(&["kill", &signal.to_string()])).wait();
    // If the signal ends process 1, the kernel may kill the sender before that exits.
    assert!(sent.status.success() || sent.status.signal() == Some(libc::SIGKILL), "{}", sent.status);
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn each_signal_from_inside() {
    for signal in signals(true) {
        let pod = Pod::with(piped());
        send_from_inside(&pod, signal);
        assert_effect(pod.into_init(), signal, from_inside(signal), "");
    }
}

#[test]
fn each_signal_from_outside() {
    for signal in signals(true) {
        let init = Pod::with(piped()).into_init();
        init.signal(signal);
        assert_effect(init, signal, from_outside(signal), "");
    }
}

#[test]
fn each_signal_to_an_ordinary_process() {
    for signal in signals(false) {
        let ordinary = ordinary(piped());
        ordinary.signal(signal);
        assert_effect(ordinary, signal, to_an_ordinary_process(signal), WARNING);
    }
}

#[test]
fn its_first_system_call_blocks_the_signals() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    assert_eq!(first_call(pause()), (libc::SYS_rt_sigprocmask, libc::SIG_SETMASK as u64));
}

#[test]
fn a_signal_right_after_they_are_blocked_is_not_lost() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for _ in 0..200 {
        let pod = Pod::start(piped());
        // SIGPIPE is blocked together with the others, and stays blocked while process 1 waits.
        let is_blocked = || status(pod.pid()).sigblk & 1 << (libc::SIGPIPE - 1) != 0;
        let start = Instant::now();
        while !is_blocked() {
            assert!(start.elapsed() < timeout(), "the signals are not blocked");
        }
        pod.signal(Signal::SIGTERM);
        assert_exited(&pod.wait(), 0, TERMINATED);
    }
}

#[test]
fn a_signal_that_was_pending_at_execution_is_not_lost() {
    for (signal, message) in SHUTDOWN {
        let pod = Pod::start_after(piped(), move || {
            SigSet::from(signal).thread_block()?;
            Ok(nix::sys::signal::raise(signal)?)
        });
        assert_exited(&pod.wait(), 0, message);
    }
}

#[test]
fn inherited_blocked_and_ignored_signals_make_no_difference() {
    const IGNORED: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGCHLD];
    let mut pod = Pod::start_after(piped(), || block_all_and_ignore(&IGNORED));
    pod.init().until_it_waits();
    let blocked = [libc::SIGINT, libc::SIGTERM, libc::SIGCHLD, libc::SIGPIPE];
    let others = blocked.iter().fold(status(pod.pid()).sigblk, |set, signal| set & !(1 << (signal - 1)));
    assert_eq!(others, 0, "no other signal stays blocked");
    pod.signal(Signal::SIGTERM);
    assert_exited(&pod.wait(), 0, TERMINATED);
}
