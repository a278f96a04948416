//! The program is given every descriptor that `init` was given, as it was, and `init` keeps only the
//! standard streams and the terminal.

use crate::print_inherited::{Given, PAIRS, UnderProcess1, UnderSubreaper, given};
use crate::run::{Told, piped, probe_child};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::Signal;
use std::fs::File;
use std::io::{self, PipeReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use testkit::descriptors::{self, close_on_execution, leave_open, put};
use testkit::platform::EmulatorLimit;
use testkit::process_table::rows;
use testkit::{Pod, until};

/// A file, both ends of a pipe, and a socket.
fn files() -> Arc<Vec<OwnedFd>> {
    let (reader, writer) = io::pipe().expect("a pipe");
    let (socket, _) = UnixStream::pair().expect("a socket");
    let file = File::open("/etc/hostname").or_else(|_| File::open("/proc/version")).expect("a file");
    Arc::new(vec![file.into(), reader.into(), writer.into(), socket.into()])
}

/// The lines about descriptors. Terminals of a test have other numbers in each run.
fn lines(given: &Given) -> Vec<String> {
    let without_number = |line: &str| match line.split_once("/dev/pts/") {
        Some((before, after)) => format!("{before}terminal{}", after.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => line.to_owned(),
    };
    given.lines("descriptor ").into_iter().map(without_number).collect()
}

#[test]
fn standard_streams_are_given_as_they_were_open_or_closed() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for has_terminal in [false, true] {
        for open in 0..8_u8 {
            let close_others = move || leave_open(open);
            for (with, without) in PAIRS {
                let expected = given(without, has_terminal, &[], close_others);
                let told = given(with, has_terminal, &[], close_others);
                let situation = format!("{with:?}, open: {open:03b}, at a terminal: {has_terminal}");
                assert_eq!(lines(&expected).len() as u32, open.count_ones(), "the control");
                assert_eq!(lines(&told), lines(&expected), "{situation}");
                assert_eq!(told.line("foreground "), expected.line("foreground "), "{situation}");
            }
        }
    }
}

#[test]
fn descriptors_from_3_on_are_given_as_they_were() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let files = files();
    for (with, without) in PAIRS {
        for has_terminal in [false, true] {
            let expected = lines(&given(without, has_terminal, &[], put(&files)));
            assert_eq!(expected.len(), 3 + files.len(), "the control");
            assert_eq!(lines(&given(with, has_terminal, &[], put(&files))), expected, "{with:?}");
        }
    }
}

#[test]
fn a_descriptor_that_is_closed_on_execution_is_not_given() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for (with, _) in PAIRS {
        let mut put = put(&files());
        let told = given(with, false, &[], move || {
            put()?;
            close_on_execution(4)
        });
        let numbers: Vec<char> = told.lines("descriptor ").iter().filter_map(|line| line.chars().next()).collect();
        assert_eq!(numbers, ['0', '1', '2', '3', '5', '6'], "{with:?}");
    }
}

#[test]
fn init_keeps_the_standard_streams_and_a_terminal_alone() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for situation in [UnderProcess1, UnderSubreaper] {
        for has_terminal in [false, true] {
            for open in 0..8_u8 {
                let mut put = put(&files());
                let mut given = Given::that_stays(situation, has_terminal, &[], move || {
                    put()?;
                    leave_open(open)
                });
                given.member.until_it_waits();
                let kept = descriptors::of(given.member.pid());
                let (streams, others): (Vec<_>, Vec<_>) = kept.into_iter().partition(|(number, _)| *number < 3);
                let streams: Vec<i32> = streams.into_iter().map(|(number, _)| number).collect();
                let expected: Vec<i32> = (0..3).filter(|descriptor| open & 1 << descriptor != 0).collect();
                assert_eq!(streams, expected, "{situation:?}, at a terminal: {has_terminal}");
                // Standard input, if it is the terminal, is enough.
                let others: Vec<String> = others.into_iter().map(|(_, target)| target).collect();
                let expected: &[&str] = if has_terminal && open & 1 == 0 { &["/dev/tty"] } else { &[] };
                assert_eq!(others, expected, "{situation:?}, open: {open:03b}, at a terminal: {has_terminal}");
            }
        }
    }
}

/// Whether the end of a pipe has been reached, now.
fn is_at_its_end(reader: &mut PipeReader) -> bool {
    match reader.read(&mut [0]) {
        Ok(length) => length == 0,
        Err(error) => {
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
            false
        }
    }
}

#[test]
fn a_reader_sees_the_end_of_a_pipe_when_the_program_closes_it() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for closes in [true, false] {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("it is open");
        let script = format!("{} exec {} signals", if closes { "exec 3>&-;" } else { "" }, probe_child());
        let files = Arc::new(vec![OwnedFd::from(writer)]);
        let mut pod = Pod::start_after(piped(&["sh", "-c", &script]), put(&files));
        drop(files);
        let mut told = Told::by(pod.init());
        if closes {
            until("the reader sees the end", || is_at_its_end(&mut reader));
        } else {
            pod.init().until_it_waits();
            assert!(!is_at_its_end(&mut reader), "the control: the program has it open");
        }
        assert_eq!(rows(&pod).len(), 2, "both live on");
        pod.signal(Signal::SIGUSR1);
        assert_eq!(told.next(), Some(libc::SIGUSR1));
    }
}
