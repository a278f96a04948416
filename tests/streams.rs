//! A standard stream that is closed, broken, full or stuck neither holds `pause` up nor changes its status.

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;
use nix::sys::signal::Signal;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::unistd::close;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::process::{Command, Output, Stdio};
use testkit::process_table::{rows, zombies};
use testkit::programs::{orphan_maker, pause};
use testkit::{Pod, PodProcess, reexec, until};

#[track_caller]
fn assert_left(output: &Output, status: i32, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*stderr), (Some(status), said), "{}", output.status);
}

/// It reaps, and leaves with status 0 when it is told to.
#[track_caller]
fn assert_works(mut pod: Pod, said: &str) {
    pod.init().until_it_waits();
    assert!(pod.join(orphan_maker(&["one-by-one", "20"])).wait().status.success());
    until("it is alone", || rows(&pod).len() == 1 && zombies(&pod).is_empty());
    pod.signal(Signal::SIGTERM);
    assert_left(&pod.wait(), 0, said);
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

/// It leaves with status 0 although its standard error is this, as process 1 and as an ordinary process.
#[track_caller]
fn assert_leaves_with_stderr(mut stderr: impl FnMut() -> Stdio) {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut program = pause();
        program.stdin(Stdio::null()).stdout(stderr()).stderr(stderr());
        let pod = Pod::with(program);
        pod.signal(signal);
        assert_left(&pod.wait(), 0, "");

        let mut program = pause();
        program.stdin(Stdio::null()).stdout(stderr()).stderr(stderr());
        let mut ordinary = PodProcess::outside(program);
        ordinary.until_it_waits(); // its warning did not hold it up either
        ordinary.signal(signal as i32);
        assert_left(&ordinary.wait(), 0, "");
    }
}

#[test]
fn closed_standard_streams_do_not_matter() {
    let close_all = || (0..=2).try_for_each(|stream| Ok(close(stream)?));
    let mut pod = Pod::start_after(pause(), close_all);
    pod.init().until_it_waits();
    assert_works(pod, "");

    let mut ordinary = PodProcess::outside_after(pause(), close_all);
    ordinary.until_it_waits();
    ordinary.signal(libc::SIGTERM);
    assert_left(&ordinary.wait(), 0, "");
}

#[test]
fn a_broken_pipe_does_not_matter() {
    assert_leaves_with_stderr(|| io::pipe().expect("a pipe").1.into());
}

#[test]
fn a_full_disk_does_not_matter() {
    assert_leaves_with_stderr(|| File::options().write(true).open("/dev/full").expect("/dev/full is there").into());
}

#[test]
fn a_stream_that_cannot_be_written_to_does_not_matter() {
    assert_leaves_with_stderr(|| File::open("/").expect("there is a root").into());
}

/// Fills what goes through `end` until nothing more fits in, and leaves it blocking.
fn fill(end: impl Into<OwnedFd>) -> File {
    let end = File::from(end.into());
    fcntl(&end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("it is open");
    while (&end).write(b"x").is_ok() {}
    fcntl(&end, FcntlArg::F_SETFL(OFlag::empty())).expect("it is open");
    end
}

#[test]
fn a_pipe_that_nobody_reads_does_not_matter() {
    let (_reader, writer) = io::pipe().expect("a pipe");
    let full = fill(writer);
    assert_leaves_with_stderr(|| full.try_clone().expect("a descriptor").into());

    // The control: another program hangs when it writes to it.
    let mut shell = Command::new("sh");
    shell.args(["-c", "echo hangs >&2"]).stderr(full.try_clone().expect("a descriptor"));
    let mut shell = PodProcess::outside(shell);
    until("the write of another program hangs", || {
        let call = fs::read_to_string(format!("/proc/{}/syscall", shell.pid())).unwrap_or_default();
        call.starts_with(&format!("{} ", libc::SYS_write))
    });
    assert_eq!(shell.status(), None);
}

#[test]
fn a_socket_that_nobody_reads_does_not_matter() {
    let (ours, _theirs) =
        socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::SOCK_CLOEXEC).expect("a pair of sockets");
    let full = fill(ours);
    assert_leaves_with_stderr(|| full.try_clone().expect("a descriptor").into());
}

/// A terminal that has room for so many bytes less than it takes, and its other side.
fn nearly_full_terminal(room: usize) -> (OwnedFd, File) {
    // Byte by byte, so that there is no doubt how many fit in, and without waiting.
    let write = |most: usize| {
        let pty = openpty(None, None).expect("there are terminals");
        let terminal = File::from(pty.slave);
        fcntl(&terminal, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("it is open");
        let written = (0..most).take_while(|_| (&terminal).write(b"x").is_ok()).count();
        fcntl(&terminal, FcntlArg::F_SETFL(OFlag::empty())).expect("it is open");
        (written, pty.master, terminal)
    };
    let (capacity, ..) = write(usize::MAX);
    let (_, reader, terminal) = write(capacity - room);
    (reader, terminal)
}

#[test]
fn a_terminal_that_nobody_reads_does_not_matter() {
    for room in (0..48).chain([80, 81, 82, 83]) {
        let (_reader, terminal) = nearly_full_terminal(room);
        let mut program = pause();
        program.stderr(terminal.try_clone().expect("a descriptor"));
        let mut ordinary = PodProcess::outside(program);
        ordinary.until_it_waits();
        ordinary.signal(libc::SIGTERM);
        assert_left(&ordinary.wait(), 0, "");
        let flags = fcntl(&terminal, FcntlArg::F_GETFL).expect("it is open");
        assert_eq!(flags & libc::O_NONBLOCK, 0, "others who have it open wait as before");
    }
}

#[test]
fn a_stream_that_does_not_wait_is_left_like_that() {
    let (_reader, writer) = io::pipe().expect("a pipe");
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("it is open");
    let mut program = pause();
    program.stderr(writer.try_clone().expect("a descriptor"));
    let pod = Pod::with(program);
    pod.signal(Signal::SIGTERM);
    assert_left(&pod.wait(), 0, "");
    assert_ne!(fcntl(&writer, FcntlArg::F_GETFL).expect("it is open") & libc::O_NONBLOCK, 0);
}
