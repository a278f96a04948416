//! How `init` asks one remaining process after the other: some cannot be looked at, and some end meanwhile, which is no failure.

use super::shell;
use crate::run::{end_program_beside, text};
use nix::errno::Errno;
use std::ffi::CStr;
use std::io;
use std::os::unix::fs::FileExt;
use std::process::Output;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use testkit::Pod;
use testkit::platform::EmulatorLimit;
use testkit::programs::pause;
use testkit::refused_call::{Call, matching};
use testkit::reported_calls::{Listener, ReportedCall, report};

/// What `init` writes about EPERM.
const REFUSED: &str = "init: cannot signal the remaining processes: errno 1\n";

/// Runs `init -s -t SECONDS -- sh -c SCRIPT` until it exits. `answer` decides about each SIGTERM and each `openat` of every process
/// in it: an error, or `None` for the kernel's answer. If the script starts a probe child, its input ends once that has begun.
fn run(seconds: &str, script: &str, mut answer: impl FnMut(&ReportedCall) -> Option<Errno> + Send + 'static) -> Output {
    let filter = |_| {
        let terminates = Call::with(libc::SYS_kill, 1, u32::MAX, libc::SIGTERM as u32);
        matching(&[terminates, Call::every(libc::SYS_openat)], libc::SECCOMP_RET_USER_NOTIF)
    };
    let serve = move |listener: Listener| {
        while let Some(call) = listener.next()? {
            match answer(&call) {
                Some(error) => listener.answer(&call, Err(error)),
                None => listener.allow(&call),
            }
        }
        io::Result::Ok(())
    };
    let (install, thread) = report(filter, serve).expect("a pair of sockets");
    let pod = Pod::with(pause()); // kills all processes when the test ends
    let mut init = pod.join_after(shell(&["-s", "-t", seconds], script), move || install.install());
    if script.contains("PROBE") {
        end_program_beside(1, &mut init);
    }
    let output = init.wait();
    drop(pod);
    thread.join().expect("the thread returns its errors").expect("the kernel reports calls");
    output
}

/// Returns the path that a call of `openat` names, if it is relative and short.
fn path(call: &ReportedCall) -> Option<String> {
    if call.number != libc::SYS_openat {
        return None;
    }
    let mut path = [0; 24];
    call.memory().and_then(|memory| memory.read_at(&mut path, call.arguments[1])).ok()?;
    let path = CStr::from_bytes_until_nul(&path).ok()?.to_str().ok()?;
    (!path.starts_with('/')).then(|| path.to_owned())
}

/// Likewise, if it is `PID/stat`.
fn stat_path(call: &ReportedCall) -> Option<String> {
    path(call).filter(|path| path.ends_with("/stat"))
}

/// Whether the call asks a process to end (`is_asked`), or looks at one (otherwise).
fn is_about_a_process(call: &ReportedCall, is_asked: bool) -> bool {
    if is_asked { call.number == libc::SYS_kill } else { stat_path(call).is_some() }
}

#[test]
fn a_process_that_has_ended_is_no_failure() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    for (error, message) in [(Errno::ESRCH, ""), (Errno::ENOENT, ""), (Errno::EPERM, REFUSED)] {
        for is_asked in [true, false] {
            let answer = move |call: &ReportedCall| is_about_a_process(call, is_asked).then_some(error);
            let output = run("1", "exec > /dev/null 2>&1; sleep 100 & exit 7", answer);
            let case = format!("{error}, asked: {is_asked}");
            assert_eq!((output.status.code(), text(&output.stderr)), (Some(7), message), "{case}");
        }
    }
}

#[test]
fn a_refusal_is_reported_even_if_a_process_that_has_ended_follows() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    for is_asked in [true, false] {
        let mut errors = [Errno::EPERM, Errno::ESRCH].into_iter();
        let answer = move |call: &ReportedCall| {
            if is_about_a_process(call, is_asked) { errors.next() } else { None }
        };
        let output = run("1", "exec > /dev/null 2>&1; sleep 100 & sleep 100 & exit 7", answer);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(7), REFUSED), "asked: {is_asked}");
    }
}

#[test]
fn a_refusal_about_one_process_keeps_no_other_from_being_asked() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    for asking_is_refused in [true, false] {
        let mut error = Some(Errno::EPERM);
        let is_asked = Arc::new(AtomicBool::new(false));
        let answer = {
            let is_asked = Arc::clone(&is_asked);
            move |call: &ReportedCall| {
                let refused = if is_about_a_process(call, asking_is_refused) { error.take() } else { None };
                is_asked.fetch_or(refused.is_none() && is_about_a_process(call, true), SeqCst);
                refused
            }
        };
        let output = run("1", "exec > /dev/null 2>&1; sleep 100 & sleep 100 & exit 7", answer);
        assert!(is_asked.load(SeqCst), "the second one is asked");
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(7), REFUSED), "asking: {asking_is_refused}");
    }
}

/// Otherwise a process that begins meanwhile would count as asked.
#[test]
fn init_notes_the_newest_process_before_it_asks_the_first_one() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    let steps = Arc::new(Mutex::new(Vec::new()));
    let answer = {
        let steps = Arc::clone(&steps);
        move |call: &ReportedCall| {
            let step = if is_about_a_process(call, true) {
                "SIGTERM"
            } else if path(call).as_deref() == Some("loadavg") {
                "loadavg"
            } else {
                return None;
            };
            steps.lock().expect("no thread panics here").push(step);
            None
        }
    };
    let output = run("1", "exec > /dev/null 2>&1; sleep 100 & exit 7", answer);
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(*steps.lock().expect("no thread panics here"), ["loadavg", "SIGTERM"]);
}

#[test]
fn a_process_whose_parent_has_just_ended_is_asked_to_end() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    for error in [Errno::ENOENT, Errno::ESRCH] {
        // init looks at the shell, at its child, and at the shell again, which seems to be gone then.
        let is_gone = Arc::new(AtomicBool::new(false));
        let mut seen = Vec::new();
        let answer = {
            let is_gone = Arc::clone(&is_gone);
            move |call: &ReportedCall| {
                let path = stat_path(call)?;
                if !is_gone.load(SeqCst) && seen.contains(&path) {
                    is_gone.store(true, SeqCst);
                    return Some(error);
                }
                seen.push(path);
                None
            }
        };
        let output = run("600", "sh -c 'trap \"\" TERM; PROBE signals 15 & wait' & read line; exit 7", answer);
        assert!(is_gone.load(SeqCst), "the control");
        assert_eq!(output.status.code(), Some(7), "{error}: {}", text(&output.stderr));
    }
}
