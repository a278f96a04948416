//! What goes wrong around it does not make it spin, hang or lie: system calls refused, one after the other.

use crate::run::{Told, outcome, piped, text, witness};
use nix::errno::Errno;
use nix::sys::signal::Signal;
use sandbox::Pod;
use sandbox::fault::{ERRORS, apply, refuse};
use sandbox::platform::Limit;
use std::os::unix::process::ExitStatusExt;

/// `init` as process 1, for which, and for its program, the kernel refuses these calls.
#[track_caller]
fn without(calls: &[libc::c_long], error: Errno, arguments: &[&str]) -> Pod {
    let filter = refuse(calls, error);
    Pod::start_after(piped(arguments), move || apply(&filter))
}

/// It leaves with status 1, and says why in one line.
#[track_caller]
fn fails(call: libc::c_long, what: &str, arguments: &[&str]) {
    for error in ERRORS {
        let output = without(&[call], error, arguments).wait();
        let said = format!("init: {what}: error {}\n", error as i32);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), &*said));
    }
}

/// It forwards signals, and leaves with the status of the program.
#[track_caller]
fn works(call: libc::c_long, options: &[&str]) {
    for error in ERRORS {
        let arguments = [options, &["--", witness(), "signals", "15"]].concat();
        let mut pod = without(&[call], error, &arguments);
        let mut told = Told::by(pod.init());
        pod.signal(Signal::SIGUSR1);
        assert_eq!(told.next(), Some(libc::SIGUSR1), "{error}");
        pod.signal(Signal::SIGTERM);
        let output = pod.wait();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{error}");
    }
}

#[test]
fn without_what_it_needs_it_does_not_begin() {
    if Limit::OwnProcess.applies() {
        return;
    }
    fails(libc::SYS_rt_sigprocmask, "cannot begin", &["true"]);
    fails(libc::SYS_rt_sigaction, "cannot begin", &["true"]);
    fails(libc::SYS_prctl, "cannot begin", &["-s", "true"]);
    fails(libc::SYS_clone, "cannot fork", &["true"]);
}

#[test]
fn where_it_cannot_wait_it_leaves_and_never_spins() {
    if Limit::OwnProcess.applies() {
        return;
    }
    fails(libc::SYS_rt_sigtimedwait, "cannot wait", &["sleep", "1000"]);
    fails(libc::SYS_wait4, "cannot wait", &["sleep", "1000"]);
}

#[test]
fn what_it_can_do_without_is_refused_without_a_word() {
    if Limit::OwnProcess.applies() {
        return;
    }
    for call in [libc::SYS_setpgid, libc::SYS_getpgid, libc::SYS_ioctl, libc::SYS_prctl] {
        works(call, &[]);
    }
    works(libc::SYS_ppoll, &["-vv", "-w"]); // and nothing is said, where it cannot be asked whether there is room
}

#[test]
fn a_refused_exit_is_not_the_beginning_of_a_loop() {
    if Limit::OwnProcess.applies() {
        return;
    }
    for error in ERRORS {
        let ended = without(&[libc::SYS_exit_group], error, &["sh", "-c", "kill -9 $$"]).wait().status;
        assert!(ended.core_dumped() || ended.signal().is_some(), "an illegal instruction is the last way out: {ended}");
    }
}

#[test]
fn without_an_own_process_id_it_is_none_that_reaps() {
    if Limit::OwnProcess.applies() {
        return;
    }
    let warning = "init: zombie reaping won't work: neither process 1 nor -s\n";
    for error in ERRORS {
        let output = without(&[libc::SYS_getpid], error, &["sh", "-c", "exit 7"]).wait();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(7), warning), "{error}");
    }
    assert_eq!(outcome(&["sh", "-c", "exit 7"]).status.code(), Some(7), "the control");
}
