//! `init` works while its standard error cannot be written, and its status tells if it could not print what it was asked for.

use crate::run::{SignalLog, command, probe_child, text, until_only_the_program_is_left, without_poll};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use nix::unistd::{close, pipe2};
use std::fs::File;
use std::io::{Read, Write, pipe};
use testkit::container::{container, finish};
use testkit::platform::EmulatorLimit;
use testkit::refused_call::apply;
use testkit::{Pod, PodProcess};

#[test]
fn init_works_while_standard_error_is_closed_full_or_broken() {
    for (stderr, cannot_poll) in [("closed", false), ("full", false), ("broken", false), ("broken", true)] {
        if cannot_poll && EmulatorLimit::OwnProcess.applies() {
            continue;
        }
        let (reader, mut writer) = pipe().expect("a pipe can be made");
        if stderr == "full" {
            let size = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(1)).expect("a pipe can be one page");
            writer.write_all(&vec![b'x'; size as usize]).expect("the pipe has room for a page");
        }
        let mut command = command(&["-vv", "-w", "--", probe_child(), "signals"]);
        command.stderr(writer);
        let _reader = (stderr == "full").then_some(reader);
        let is_closed = stderr == "closed";
        // Where poll is refused, `init` writes, and the kernel sends it SIGPIPE, which must not reach the program.
        let filter = cannot_poll.then(without_poll);
        let last_step = move || {
            if is_closed {
                close(libc::STDERR_FILENO)?;
            }
            filter.as_ref().map_or(Ok(()), apply)
        };
        let mut pod = Pod::start_after(command, last_step);
        let mut log = SignalLog::of(pod.init());
        finish(container(&pod, &["together", "20"]));
        for _ in 0..20 {
            pod.signal(Signal::SIGUSR1);
            assert_eq!(log.next(), Some(libc::SIGUSR1), "{stderr}, without ppoll: {cannot_poll}");
        }
        until_only_the_program_is_left(&pod);
    }
}

/// Where poll is refused, the forked child writes to a broken standard error, and the kernel sends it SIGPIPE.
#[test]
fn a_broken_standard_error_does_not_change_the_status_of_a_program_that_is_not_found() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let (_, writer) = pipe().expect("a pipe can be made");
    let mut init = command(&["/no/such/file"]);
    init.stderr(writer);
    let filter = without_poll();
    assert_eq!(Pod::start_after(init, move || apply(&filter)).wait().status.code(), Some(127));
}

#[test]
fn each_line_is_one_write() {
    // In such a pipe, each write is a packet, and a read takes one packet.
    let (reader, writer) = pipe2(OFlag::O_DIRECT | OFlag::O_CLOEXEC).expect("a pipe can be made");
    let mut init = command(&["-v", "/no/such/program"]);
    init.stderr(writer);
    assert_eq!(Pod::start(init).wait().status.code(), Some(127));
    let mut reader = File::from(reader);
    for line in ["/no/such/program: No such file or directory", "program exited with status 127"] {
        let mut packet = [0; 4096];
        let length = reader.read(&mut packet).expect("the pipe can be read");
        assert_eq!(text(&packet[..length]), format!("init: {line}\n"));
    }
}

#[test]
fn what_is_not_written_whole_is_an_error() {
    for option in ["--help", "--version"] {
        for (limit, status) in [(10, 1), (100_000, 0)] {
            let mut init = command(&[option]);
            init.stdout(tempfile::tempfile().expect("a file can be made"));
            // A file that must not grow is written in part.
            let last_step = move || Ok(setrlimit(Resource::RLIMIT_FSIZE, limit, limit)?);
            let output = PodProcess::outside_after(init, last_step).wait();
            assert_eq!(output.status.code(), Some(status), "{option}, {limit} bytes");
        }
        let mut init = command(&[option]);
        init.stdout(File::options().write(true).open("/dev/full").expect("every machine has it"));
        assert_eq!(PodProcess::outside(init).wait().status.code(), Some(1), "{option}, nowhere");
    }
}
