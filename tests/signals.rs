//! Every signal does what the contract says, from wherever it comes and whenever.

use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use procfs::process::Process;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};
use std::time::Instant;
use testkit::deadline::PATIENCE;
use testkit::platform::EmulatorLimit;
use testkit::process_table::{rows, zombies};
use testkit::programs::{orphan_maker, pause};
use testkit::shim::block_all_and_ignore;
use testkit::usage::{context_switches, cpu_time};
use testkit::{Pod, PodProcess, reexec, until};

const WARNING: &str = "Warning: pause should be the first process\n";
const INTERRUPT: &str = "Shutting down, got signal: Interrupt\n";
const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// What a signal does to `pause`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// It leaves with status 0 and says this.
    Leaves(&'static str),
    /// Nothing at all.
    None,
    /// It is stopped, until SIGCONT.
    Stops,
    /// The kernel ends it.
    Dies,
}

/// To process 1 of a pod, from within: the kernel protects it from whatever it has not asked for.
fn from_inside(signal: i32) -> Effect {
    match signal {
        libc::SIGINT => Effect::Leaves(INTERRUPT),
        libc::SIGTERM => Effect::Leaves(TERMINATED),
        _ => Effect::None,
    }
}

/// To process 1 of a pod, from outside: two signals get through that protection.
fn from_outside(signal: i32) -> Effect {
    match signal {
        libc::SIGKILL => Effect::Dies,
        libc::SIGSTOP => Effect::Stops,
        _ => from_inside(signal),
    }
}

/// To a process that is not process 1: the kernel's defaults (`man 7 signal`).
fn to_an_ordinary_process(signal: i32) -> Effect {
    match signal {
        libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU => Effect::Stops,
        libc::SIGCHLD | libc::SIGCONT | libc::SIGURG | libc::SIGWINCH => Effect::None,
        libc::SIGPIPE => Effect::None, // blocked: nobody who stops reading our messages may end us
        libc::SIGINT | libc::SIGTERM => from_inside(signal),
        _ => Effect::Dies,
    }
}

/// All signals there are, as far as they reach `pause`.
fn signals(to_process_1: bool) -> impl Iterator<Item = i32> {
    let is_limited = EmulatorLimit::OwnSignals.applies();
    let is_caught = move |signal| match signal {
        libc::SIGKILL => false,
        1..32 => to_process_1 && to_an_ordinary_process(signal) == Effect::Dies,
        _ => true,
    };
    (1..=64).filter(move |&signal| !(is_limited && is_caught(signal)))
}

/// `pause`, its messages in a pipe.
fn piped() -> Command {
    let mut program = pause();
    program.stderr(Stdio::piped());
    program
}

fn is_stopped(pid: Pid) -> bool {
    Process::new(pid.as_raw()).and_then(|process| process.stat()).is_ok_and(|stat| stat.state == 'T')
}

#[track_caller]
fn assert_left(output: &Output, said: &str, signal: i32) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*stderr), (Some(0), said), "after signal {signal}: {}", output.status);
}

/// After `signal`, `pause` does what `effect` says, and nothing else. `before` is what it has said until then.
#[track_caller]
fn assert_effect(member: PodProcess, signal: i32, effect: Effect, before: &str) {
    match effect {
        Effect::Leaves(message) => assert_left(&member.wait(), &format!("{before}{message}"), signal),
        Effect::Dies => assert_eq!(member.wait().status.signal(), Some(signal)),
        Effect::Stops | Effect::None => {
            if effect == Effect::Stops {
                until(&format!("signal {signal} stops it"), || is_stopped(member.pid()));
                member.signal(libc::SIGCONT);
            }
            // Had `signal` killed it, this would come too late to be the reason of its end.
            member.signal(libc::SIGTERM);
            assert_left(&member.wait(), &format!("{before}{TERMINATED}"), signal);
        }
    }
}

/// Sends a signal to process 1 of a pod from within.
#[track_caller]
fn send_from_inside(pod: &Pod, signal: i32) {
    let sent = pod.join(orphan_maker(&["kill", &signal.to_string()])).wait();
    // Where the signal ends process 1, the sender may not live to tell of its success.
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
        let mut ordinary = PodProcess::outside(piped());
        ordinary.until_it_waits();
        ordinary.signal(signal);
        assert_effect(ordinary, signal, to_an_ordinary_process(signal), WARNING);
    }
}

#[test]
fn it_leaves_in_the_middle_of_a_storm_of_orphans() {
    for (signal, message) in [(Signal::SIGINT, INTERRUPT), (Signal::SIGTERM, TERMINATED)] {
        let pod = Pod::with(piped());
        let _storms = [(); 2].map(|()| pod.join(orphan_maker(&["endless"])));
        until("the storm has come up", || cpu_time(pod.pid()).is_ok_and(|time| time > 5_000_000));
        pod.signal(signal);
        assert_left(&pod.wait(), message, signal as i32);
    }
}

#[test]
fn blocking_the_signals_is_the_first_thing_it_does() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let traced = PodProcess::outside_after(pause(), || Ok(ptrace::traceme()?));
    let pid = traced.pid();
    assert_eq!(waitpid(pid, None), Ok(WaitStatus::Stopped(pid, Signal::SIGTRAP)), "at the exec");
    ptrace::setoptions(pid, Options::PTRACE_O_TRACESYSGOOD).expect("it is stopped");
    ptrace::syscall(pid, None).expect("it is stopped");
    assert_eq!(waitpid(pid, None), Ok(WaitStatus::PtraceSyscall(pid)), "at its first system call");
    let call = fs::read_to_string(format!("/proc/{pid}/syscall")).expect("it is stopped");
    let expected = format!("{} {:#x} ", libc::SYS_rt_sigprocmask, libc::SIG_SETMASK);
    assert!(call.starts_with(&expected), "{call}");
}

#[test]
fn a_signal_that_comes_as_soon_as_they_are_blocked_is_not_lost() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for _ in 0..200 {
        let pod = Pod::start(piped());
        // SIGPIPE is blocked together with the others, and nothing ever unblocks it for a moment.
        let is_blocked = || {
            let status = Process::new(pod.pid().as_raw()).and_then(|process| process.status());
            status.is_ok_and(|status| status.sigblk & 1 << (libc::SIGPIPE - 1) != 0)
        };
        let start = Instant::now();
        while !is_blocked() {
            assert!(start.elapsed() < PATIENCE, "the signals are not blocked");
        }
        pod.signal(Signal::SIGTERM);
        assert_left(&pod.wait(), TERMINATED, libc::SIGTERM);
    }
}

#[test]
fn a_signal_that_was_pending_before_it_began_is_not_lost() {
    for (signal, message) in [(Signal::SIGINT, INTERRUPT), (Signal::SIGTERM, TERMINATED)] {
        let pod = Pod::start_after(piped(), move || {
            SigSet::from(signal).thread_block()?;
            Ok(nix::sys::signal::raise(signal)?)
        });
        assert_left(&pod.wait(), message, signal as i32);
    }
}

#[test]
fn what_its_parent_blocked_or_ignored_makes_no_difference() {
    const DEAF_TO: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGCHLD];
    let mut pod = Pod::start_after(piped(), || block_all_and_ignore(&DEAF_TO));
    pod.init().until_it_waits();
    let status = Process::new(pod.pid().as_raw()).and_then(|process| process.status()).expect("it lives");
    let waits_for = [libc::SIGINT, libc::SIGTERM, libc::SIGCHLD, libc::SIGPIPE];
    let left_blocked = waits_for.iter().fold(status.sigblk, |set, signal| set & !(1 << (signal - 1)));
    assert_eq!(left_blocked, 0, "nothing else stays blocked");
    pod.signal(Signal::SIGTERM);
    assert_left(&pod.wait(), TERMINATED, libc::SIGTERM);
}

#[test]
fn stopped_and_continued_it_goes_on_waiting() {
    let pod = Pod::with(piped());
    let pid = pod.pid();
    for _ in 0..50 {
        pod.signal(Signal::SIGSTOP);
        until("it is stopped", || is_stopped(pid));
        pod.signal(Signal::SIGCONT);
        until("it goes on", || !is_stopped(pid));
    }
    assert_still_works(pod);
}

#[test]
fn looked_at_by_a_debugger_it_goes_on_waiting() {
    let pod = Pod::with(piped());
    for _ in 0..50 {
        ptrace::seize(pod.pid(), Options::empty()).expect("a descendant may be traced");
        ptrace::interrupt(pod.pid()).expect("it is traced");
        let stop = waitpid(pod.pid(), None).expect("it stops");
        assert!(matches!(stop, WaitStatus::PtraceEvent(..)), "{stop:?}");
        ptrace::detach(pod.pid(), None).expect("it is stopped");
    }
    assert_still_works(pod);
}

/// It sleeps, still reaps, and still leaves.
#[track_caller]
fn assert_still_works(mut pod: Pod) {
    pod.init().until_it_waits();
    let switches = || context_switches(pod.pid()).expect("it lives");
    until("it sleeps", || {
        let before = switches();
        std::thread::sleep(std::time::Duration::from_millis(50)); // the time it has to be found awake in
        switches() == before
    });
    assert!(pod.join(orphan_maker(&["one-by-one", "20"])).wait().status.success());
    until("it is alone", || rows(&pod).len() == 1 && zombies(&pod).is_empty());
    pod.signal(Signal::SIGTERM);
    assert_left(&pod.wait(), TERMINATED, libc::SIGTERM);
}

#[test]
fn a_signal_to_everybody_inside_does_what_one_to_process_1_does() {
    // `kill(-1)` reaches everybody but process 1 and the sender (`man 2 kill`).
    let pod = Pod::with(piped());
    let _bystander = pod.join(orphan_maker(&["endless"]));
    assert!(pod.join(orphan_maker(&["kill-all", "15"])).wait().status.success());
    until("the others are gone", || rows(&pod).len() == 1);
    assert_still_works(pod);
}
