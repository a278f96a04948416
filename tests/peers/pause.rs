//! `init -P` beside `catatonit -P`, which podman starts as its pause process.

use super::peer::command;
use std::os::unix::process::ExitStatusExt;
use std::thread::sleep;
use std::time::Duration;
use testkit::lone_process_1::{is_asleep, settle};
use testkit::pause_process::Started;
use testkit::pod::has_ended;
use testkit::process_table::zombies;
use testkit::programs::orphan_maker;
use testkit::{Pod, PodProcess, until};

/// Much longer than either needs to act on a signal.
const ACTED: Duration = Duration::from_millis(50);

/// The signals that end catatonit as an ordinary process, because it does not block them: those that tell of its own
/// faults, and two that glibc keeps for itself. `init` blocks all. A signal that a fault raises ends a process even if it
/// is blocked.
const END_CATATONIT: [i32; 9] =
    [libc::SIGILL, libc::SIGTRAP, libc::SIGABRT, libc::SIGBUS, libc::SIGFPE, libc::SIGSEGV, libc::SIGSYS, 32, 33];

/// Returns what `PEER -P` does on a signal: how it ends, or that it stays.
fn answer(mut started: Started, number: i32) -> String {
    settle(started.process().pid());
    started.process().signal(number);
    sleep(ACTED);
    let pid = started.process().pid();
    until("it has acted", || has_ended(pid) || is_asleep(pid));
    let Some(status) = started.process().status() else { return "stays".into() };
    let output = started.into_process().wait();
    assert_eq!((output.stdout, output.stderr), (vec![], vec![]), "it writes nothing");
    status.signal().map_or(format!("exits with {:?}", status.code()), |signal| format!("ended by {signal}"))
}

#[test]
fn init_does_on_each_signal_what_catatonit_does() {
    for number in (1..=64).filter(|number| ![libc::SIGKILL, libc::SIGSTOP].contains(number)) {
        let as_process_1 = |peer| answer(Started::Process1(Pod::start(command(peer, &["-P"]))), number);
        let as_ordinary = |peer| answer(Started::Ordinary(PodProcess::outside(command(peer, &["-P"]))), number);
        assert_eq!(as_process_1("init"), as_process_1("catatonit"), "process 1, signal {number}");
        if END_CATATONIT.contains(&number) {
            assert_eq!(as_ordinary("catatonit"), format!("ended by {number}"));
            assert_eq!(as_ordinary("init"), "stays", "an ordinary process, signal {number}");
        } else {
            assert_eq!(as_ordinary("init"), as_ordinary("catatonit"), "an ordinary process, signal {number}");
        }
    }
    for (number, expected) in [(libc::SIGINT, "exits with Some(0)"), (libc::SIGUSR1, "stays")] {
        assert_eq!(answer(Started::Process1(Pod::start(command("init", &["-P"]))), number), expected);
    }
}

#[test]
fn both_reap_orphans() {
    for peer in ["init", "catatonit"] {
        let pod = Pod::start(command(peer, &["-P"]));
        assert!(pod.join(orphan_maker(&["one-by-one", "20"])).wait().status.success(), "{peer}");
        until("no zombie is left", || zombies(&pod).is_empty());
    }
}
