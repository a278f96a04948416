//! The contract: messages, streams and exit statuses, byte for byte. Failures of system calls are in
//! `tests/refused_calls`, signals in `tests/signals.rs`.

use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Output, Stdio};
use testkit::assertions::assert_exited;
use testkit::pause_process::{SHUTDOWN, TERMINATED, WARNING, ordinary, pause_with, piped};
use testkit::platform::EmulatorLimit;
use testkit::{Pod, PodProcess, programs, reexec};

const VERSION: &str = concat!("pause ", env!("CARGO_PKG_VERSION"), "\n");

/// Asserts that a process exited with this status, and wrote exactly this.
#[track_caller]
fn assert_writes(output: &Output, status: i32, stdout: &str, stderr: &str) {
    assert_exited(output, status, stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout), stdout);
}

/// Asserts that process 1 with these arguments waits, and exits with the usual message on SIGTERM.
#[track_caller]
fn assert_ignores<A: AsRef<OsStr>>(arguments: &[A]) {
    let pod = Pod::with(pause_with(arguments));
    pod.signal(Signal::SIGTERM);
    assert_writes(&pod.wait(), 0, "", TERMINATED);
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn the_version_flag_works_in_any_position() {
    for arguments in [
        &["-v"][..],
        &["-V"],
        &["a", "b", "-v"],
        &["", "-V", "-x"],
        &["--", "-v"],
        &["-v", "-v"],
        &["--guard", "-v"],
        &["-v", "--guard"],
    ] {
        assert_writes(&PodProcess::outside(pause_with(arguments)).wait(), 0, VERSION, "");
        assert_writes(&Pod::start(pause_with(arguments)).wait(), 0, VERSION, "");
    }
}

#[test]
fn a_version_that_cannot_be_written_is_an_error() {
    let full = File::options().write(true).open("/dev/full").expect("/dev/full can be opened");
    let (_, broken) = std::io::pipe().expect("a pipe"); // the reading end is closed immediately
    for stdout in [full.into(), broken.into()] as [Stdio; 2] {
        let mut program = pause_with(&["-v"]);
        program.stdout(stdout);
        assert_writes(&PodProcess::outside(program).wait(), 1, "", "Error: cannot write\n");
    }
    // A file that must not grow is written in part.
    let mut program = pause_with(&["-v"]);
    program.stdout(tempfile::tempfile().expect("a file can be made"));
    let last_step = || Ok(setrlimit(Resource::RLIMIT_FSIZE, 5, 5)?);
    assert_writes(&PodProcess::outside_after(program, last_step).wait(), 1, "", "Error: cannot write\n");
}

#[test]
fn other_arguments_are_ignored() {
    for argument in ["", "-", "--", "v", "-vv", "-v ", " -v", "--version", "-h", "/pause", "\n", "-\u{fb01}"] {
        assert_ignores(&[argument]);
    }
    assert_ignores(&["-x", "v", "--v"]);
    assert_ignores(&["", "", ""]);
    assert_ignores(&[b"\xff\xfe\x80", &b"-\xf6"[..]].map(OsStr::from_bytes)); // not UTF-8
}

#[test]
fn a_flag_is_found_behind_a_megabyte_of_other_arguments() {
    // One argument may have up to 128 KiB, the final NUL included (`MAX_ARG_STRLEN`).
    let longest = OsString::from("-v".repeat(64 * 1024 - 1) + "v");
    let megabyte = vec![longest; 8];
    assert_ignores(&megabyte);

    let mut with_flag = pause_with(&megabyte);
    with_flag.arg("-v");
    assert_writes(&PodProcess::outside(with_flag).wait(), 0, VERSION, "");
}

#[test]
fn guard_works_in_any_position_in_upper_or_lower_case() {
    for arguments in [&["--guard"][..], &["--GUARD"], &["a", "--Guard", "b"]] {
        let mut pod = Pod::with(pause_with(arguments));
        // A shell in the pod cannot end process 1.
        let mut shell = Command::new("sh");
        shell.args(["-c", "kill -TERM 1"]);
        assert!(pod.join(shell).wait().status.success(), "{arguments:?}");
        pod.init().until_it_waits();
        pod.signal(Signal::SIGTERM);
        assert_writes(&pod.wait(), 0, "", &format!("Ignored a signal from the pod\n{TERMINATED}"));
    }
}

#[test]
fn a_missing_program_name_is_harmless() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    // Before Linux 5.18 this starts it with no argument at all. Since then the kernel passes an empty one (`man 2
    // execve`), so this tests less.
    let path = CString::new(programs::path("pause").as_os_str().as_bytes()).expect("no NUL");
    let no_arguments: [&CStr; 0] = [];
    let execute = move || nix::unistd::execve(&path, &no_arguments, &[c"-v"]).map(|_| ()).map_err(Into::into);
    let mut pod = Pod::start_after(piped(), execute);
    pod.init().until_it_waits(); // the "-v" in the environment is no argument
    pod.signal(Signal::SIGTERM);
    assert_writes(&pod.wait(), 0, "", TERMINATED);
}

#[test]
fn sigint_and_sigterm_end_it_with_status_0() {
    for (signal, message) in SHUTDOWN {
        let pod = Pod::with(piped());
        pod.signal(signal);
        assert_writes(&pod.wait(), 0, "", message);

        let ordinary = ordinary(piped());
        ordinary.signal(signal as i32);
        assert_writes(&ordinary.wait(), 0, "", &format!("{WARNING}{message}"));
    }
}
