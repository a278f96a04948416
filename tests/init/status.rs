//! `init` exits with the status of the program, or with 0 if `-e` names that status.

use crate::run::{run, run_probe};
use std::thread;
use testkit::platform::EmulatorLimit;

/// The exit status of `init` when its program is the probe child.
#[track_caller]
fn status(options: &[&str], probe: &[&str]) -> Option<i32> {
    run_probe(options, probe).status.code()
}

#[test]
fn init_exits_with_each_status_of_the_program() {
    let halves = [0..128, 128..256].map(|half| {
        thread::spawn(|| half.for_each(|code| assert_eq!(status(&[], &["status", &code.to_string()]), Some(code))))
    });
    for half in halves {
        half.join().expect("init exits with each status");
    }
}

#[test]
fn init_exits_with_128_plus_the_signal_that_ended_the_program() {
    let deadly = (1..=64).filter(|signal| {
        let harmless = [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH];
        let stopping = [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];
        let of_the_c_library = [32, 33];
        !harmless.contains(signal) && !stopping.contains(signal) && !of_the_c_library.contains(signal)
    });
    let is_limited = EmulatorLimit::OwnSignals.applies();
    for signal in deadly.filter(|signal| !is_limited || *signal < 32) {
        assert_eq!(status(&[], &["die", &signal.to_string()]), Some(128 + signal), "signal {signal}");
    }
}

#[test]
fn a_status_that_e_names_becomes_0() {
    const SEVERAL: &[&str] = &["-e", "1", "-e", "3", "-e255"];
    for (options, probe, expected) in [
        (&["-e", "143"][..], ["die", "15"], 0),
        (&["-e143"], ["die", "15"], 0),
        (SEVERAL, ["status", "3"], 0),
        (SEVERAL, ["status", "255"], 0),
        (SEVERAL, ["status", "2"], 2),
        (&["-e", "0"], ["status", "0"], 0),
    ] {
        assert_eq!(status(options, &probe), Some(expected), "{options:?}, {probe:?}");
    }
    for code in (0..256).step_by(15) {
        let option = format!("-e{code}");
        assert_eq!(status(&[&option], &["status", &code.to_string()]), Some(0));
        let other = (code + 1) % 256;
        assert_eq!(status(&[&option], &["status", &other.to_string()]), Some(other));
    }
}

#[test]
fn orphans_that_end_before_or_after_the_program_do_not_change_the_status() {
    let script = "(exit 9) & (sleep 0.1; exit 8) & wait $!; exit 5";
    assert_eq!(run(&["sh", "-c", script]).status.code(), Some(5));
    assert_eq!(run(&["sh", "-c", "sleep 1000 & exit 6"]).status.code(), Some(6));
}
