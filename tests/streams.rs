//! A standard stream that is closed, broken, full or stuck neither blocks `pause` nor changes its exit status.

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::Signal;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::unistd::close;
use std::fs::{self, File};
use std::io::{self, Write};
use std::process::{Command, Stdio};
use tempfile::NamedTempFile;
use testkit::assertions::{assert_exited, assert_works};
use testkit::pause_process::{TERMINATED, WARNING, ordinary};
use testkit::programs::pause;
use testkit::streams::{fill, set_flags, unused_terminal};
use testkit::usage::until_it_writes;
use testkit::{Pod, PodProcess, reexec};

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

/// Asserts that `pause`, with this standard output and error, exits with status 0, as process 1 and as an ordinary
/// process.
#[track_caller]
fn assert_exits_with_stderr(mut stderr: impl FnMut() -> Stdio) {
    let mut program = || {
        let mut program = pause();
        program.stdin(Stdio::null()).stdout(stderr()).stderr(stderr());
        program
    };
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let pod = Pod::with(program());
        pod.signal(signal);
        assert_exited(&pod.wait(), 0, "");

        let ordinary = ordinary(program()); // it writes a warning first
        ordinary.signal(signal as i32);
        assert_exited(&ordinary.wait(), 0, "");
    }
}

#[test]
fn it_works_with_closed_standard_streams() {
    let close_all = || (0..=2).try_for_each(|stream| Ok(close(stream)?));
    assert_works(Pod::start_after(pause(), close_all), "");

    let mut ordinary = PodProcess::outside_after(pause(), close_all);
    ordinary.until_it_waits();
    ordinary.signal(libc::SIGTERM);
    assert_exited(&ordinary.wait(), 0, "");
}

#[test]
fn a_standard_error_that_cannot_be_written_changes_nothing() {
    assert_exits_with_stderr(|| io::pipe().expect("a pipe").1.into()); // broken: the reading end is closed
    assert_exits_with_stderr(|| File::options().write(true).open("/dev/full").expect("/dev/full can be opened").into());
    assert_exits_with_stderr(|| File::open("/").expect("a root").into()); // read-only
}

#[test]
fn a_full_pipe_does_not_block_it() {
    let (_reader, writer) = io::pipe().expect("a pipe");
    let full = fill(writer);
    assert_exits_with_stderr(|| full.try_clone().expect("a descriptor").into());

    // The control: the write of another program blocks.
    let mut shell = Command::new("sh");
    shell.args(["-c", "echo blocks >&2"]).stderr(full.try_clone().expect("a descriptor"));
    let mut shell = PodProcess::outside(shell);
    until_it_writes(shell.pid());
    assert_eq!(shell.status(), None);
}

#[test]
fn a_full_socket_does_not_block_it() {
    let (ours, _theirs) =
        socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::SOCK_CLOEXEC).expect("a pair of sockets");
    let full = fill(ours);
    assert_exits_with_stderr(|| full.try_clone().expect("a descriptor").into());
}

#[test]
fn its_messages_are_appended_to_a_log_that_others_write_too() {
    let log = NamedTempFile::new().expect("a file");
    let append = || File::options().append(true).open(log.path()).expect("the file can be opened");
    let mut program = pause();
    program.stderr(append());
    let ordinary = ordinary(program);
    append().write_all(b"another writer\n").expect("the file can be written");
    ordinary.signal(libc::SIGTERM);
    assert_exited(&ordinary.wait(), 0, "");
    let content = fs::read_to_string(log.path()).expect("plain text");
    assert_eq!(content, format!("{WARNING}another writer\n{TERMINATED}"));
}

/// Returns a terminal that takes `room` more bytes, and its master side.
fn nearly_full_terminal(room: usize) -> (File, File) {
    // Byte by byte, so that the count is exact.
    let write = |most: usize| {
        let (master, terminal) = unused_terminal();
        set_flags(&terminal, OFlag::O_NONBLOCK);
        let written = (0..most).take_while(|_| (&terminal).write(b"x").is_ok()).count();
        set_flags(&terminal, OFlag::empty());
        (written, master, terminal)
    };
    let (capacity, ..) = write(usize::MAX);
    let (_, reader, terminal) = write(capacity - room);
    (reader, terminal)
}

#[test]
fn a_full_terminal_does_not_block_it() {
    for room in (0..48).chain([80, 81, 82, 83]) {
        let (_reader, terminal) = nearly_full_terminal(room);
        let mut program = pause();
        program.stderr(terminal.try_clone().expect("a descriptor"));
        let ordinary = ordinary(program);
        ordinary.signal(libc::SIGTERM);
        assert_exited(&ordinary.wait(), 0, "");
        let flags = fcntl(&terminal, FcntlArg::F_GETFL).expect("the descriptor is open");
        assert_eq!(flags & libc::O_NONBLOCK, 0, "O_NONBLOCK stays off for other processes that use the terminal");
    }
}
