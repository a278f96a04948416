//! The contract: what `pause` prints, to which stream, and with which status it ends, byte for byte.

use nix::sys::signal::Signal;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Output, Stdio};
use testkit::platform::EmulatorLimit;
use testkit::programs::pause;
use testkit::{Pod, PodProcess, reexec};

const VERSION: &str = concat!("pause ", env!("CARGO_PKG_VERSION"), "\n");
const WARNING: &str = "Warning: pause should be the first process\n";
const INTERRUPT: &str = "Shutting down, got signal: Interrupt\n";
const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// `program` with pipes for its output.
fn piped(mut program: Command) -> Command {
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    program
}

#[track_caller]
fn assert_said(output: Output, status: i32, stdout: &str, stderr: &str) {
    let said = (output.status.code(), text(&output.stdout), text(&output.stderr));
    assert_eq!(said, (Some(status), stdout.to_owned(), stderr.to_owned()));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `pause` with these arguments.
fn with_arguments<A: AsRef<OsStr>>(arguments: &[A]) -> Command {
    let mut program = piped(pause());
    program.args(arguments);
    program
}

/// Process 1 with these arguments waits, and leaves on SIGTERM with nothing else said.
#[track_caller]
fn assert_ignores<A: AsRef<OsStr>>(arguments: &[A]) {
    let pod = Pod::with(with_arguments(arguments));
    pod.signal(Signal::SIGTERM);
    assert_said(pod.wait(), 0, "", TERMINATED);
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn the_version_is_told_wherever_the_flag_stands() {
    for arguments in [&["-v"][..], &["-V"], &["a", "b", "-v"], &["", "-V", "-x"], &["--", "-v"], &["-v", "-v"]] {
        assert_said(PodProcess::outside(with_arguments(arguments)).wait(), 0, VERSION, "");
        assert_said(Pod::start(with_arguments(arguments)).wait(), 0, VERSION, "");
    }
}

#[test]
fn a_version_that_cannot_be_written_is_an_error() {
    let mut full = with_arguments(&["-v"]);
    full.stdout(File::options().write(true).open("/dev/full").expect("/dev/full is there"));
    assert_said(PodProcess::outside(full).wait(), 1, "", "Error: cannot write the version\n");

    let mut broken = with_arguments(&["-v"]);
    broken.stdout(std::io::pipe().expect("a pipe").1); // its reading end is closed at once
    assert_said(PodProcess::outside(broken).wait(), 1, "", "Error: cannot write the version\n");
}

#[test]
fn other_arguments_are_ignored() {
    for argument in ["-", "--", "v", "-vv", "-v ", " -v", "--version", "-h", "/pause", "\n", "-\u{fb01}"] {
        assert_ignores(&[argument]);
    }
    assert_ignores(&["-x", "v", "--v"]);
}

#[test]
fn empty_arguments_are_ignored() {
    assert_ignores(&[""]);
    assert_ignores(&["", "", ""]);
}

#[test]
fn arguments_that_are_not_utf8_are_ignored() {
    assert_ignores(&[OsStr::from_bytes(b"\xff\xfe\x80"), OsStr::from_bytes(b"-\xf6")]);
}

#[test]
fn a_megabyte_of_arguments_is_ignored_and_searched() {
    // The kernel takes up to 128 KiB in one argument, the final NUL included.
    let longest = OsString::from("-v".repeat(64 * 1024 - 1) + "v");
    let megabyte = vec![longest; 8];
    assert_ignores(&megabyte);

    let mut with_flag = with_arguments(&megabyte);
    with_flag.arg("-v");
    assert_said(PodProcess::outside(with_flag).wait(), 0, VERSION, "");
}

#[test]
fn a_missing_program_name_is_no_trouble() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    // The kernel makes argc 1 of 0 since Linux 5.18 (`man 2 execve`); before, the program saw it.
    let path = std::ffi::CString::new(testkit::programs::path("pause").as_os_str().as_bytes()).expect("no NUL");
    let no_arguments: [&std::ffi::CStr; 0] = [];
    let execute = move || nix::unistd::execve(&path, &no_arguments, &[c"-v"]).map(|_| ()).map_err(Into::into);
    let mut pod = Pod::start_after(piped(pause()), execute);
    pod.init().until_it_waits(); // the "-v" of the environment is no argument
    pod.signal(Signal::SIGTERM);
    assert_said(pod.wait(), 0, "", TERMINATED);
}

#[test]
fn process_1_leaves_on_sigint_and_sigterm() {
    for (signal, message) in [(Signal::SIGINT, INTERRUPT), (Signal::SIGTERM, TERMINATED)] {
        let pod = Pod::with(piped(pause()));
        pod.signal(signal);
        assert_said(pod.wait(), 0, "", message);
    }
}

#[test]
fn another_process_warns_and_carries_on() {
    for (signal, message) in [(Signal::SIGINT, INTERRUPT), (Signal::SIGTERM, TERMINATED)] {
        let mut ordinary = PodProcess::outside(piped(pause()));
        ordinary.until_it_waits();
        ordinary.signal(signal as i32);
        assert_said(ordinary.wait(), 0, "", &format!("{WARNING}{message}"));
    }
}
