//! The program inherits every file descriptor of `init`. `init` keeps only the standard streams and the terminal open.

use super::program::{Inherited, UnderProcess1, UnderSubreaper, inherited, pairs, start};
use crate::run::{SignalLog, command, probe_child, start_probe, text};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use testkit::descriptors::{self, close_on_execution, leave_open, put};
use testkit::platform::EmulatorLimit;
use testkit::process_table::rows;
use testkit::refused_call::{Call, apply, refuse, refuse_some};
use testkit::shim::ignore;
use testkit::{Pod, until};

/// Opens a file, both ends of a pipe, and a socket.
fn files() -> Arc<Vec<OwnedFd>> {
    let (reader, writer) = io::pipe().expect("a pipe can be made");
    let (socket, _) = UnixStream::pair().expect("a socket can be made");
    let file = File::open("/etc/hostname").or_else(|_| File::open("/proc/version")).expect("one of the files exists");
    Arc::new(vec![file.into(), reader.into(), writer.into(), socket.into()])
}

/// Returns the lines about descriptors, without the numbers of terminals: each program has another terminal.
fn lines(inherited: &Inherited) -> Vec<String> {
    let without_number = |line: &str| match line.split_once("/dev/pts/") {
        Some((before, after)) => format!("{before}terminal{}", after.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => line.to_owned(),
    };
    inherited.lines("descriptor ").into_iter().map(without_number).collect()
}

#[test]
fn the_program_inherits_the_standard_streams_open_or_closed() {
    for has_terminal in [false, true] {
        for open in 0..8_u8 {
            let close_others = move || leave_open(open);
            for &(with, without) in pairs() {
                let expected = inherited(without, has_terminal, &[], close_others);
                let actual = inherited(with, has_terminal, &[], close_others);
                let case = format!("{with:?}, open: {open:03b}, at a terminal: {has_terminal}");
                assert_eq!(lines(&expected).len() as u32, open.count_ones(), "the control");
                assert_eq!(lines(&actual), lines(&expected), "{case}");
                assert_eq!(actual.line("foreground "), expected.line("foreground "), "{case}");
            }
        }
    }
}

#[test]
fn the_program_inherits_other_descriptors_unless_they_are_close_on_exec() {
    let files = files();
    for &(with, without) in pairs() {
        for has_terminal in [false, true] {
            let expected = lines(&inherited(without, has_terminal, &[], put(&files)));
            assert_eq!(expected.len(), 3 + files.len(), "the control");
            assert_eq!(lines(&inherited(with, has_terminal, &[], put(&files))), expected, "{with:?}");
        }
        let mut put = put(&files);
        let inherited = inherited(with, false, &[], move || {
            put()?;
            close_on_execution(4)
        });
        let numbers: Vec<char> = inherited.lines("descriptor ").iter().filter_map(|line| line.chars().next()).collect();
        assert_eq!(numbers, ['0', '1', '2', '3', '5', '6'], "{with:?}");
    }
}

#[test]
fn init_keeps_only_the_standard_streams_and_the_terminal_open() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for scenario in [UnderProcess1, UnderSubreaper] {
        for (has_terminal, open) in (0..16_u8).map(|case| (case >= 8, case % 8)) {
            let mut put = put(&files());
            let mut inherited = start(scenario, has_terminal, &[], &["stay"], move || {
                put()?;
                leave_open(open)
            });
            inherited.process.until_it_waits();
            let kept = descriptors::of(inherited.process.pid());
            let case = format!("{scenario:?}, open: {open:03b}, at a terminal: {has_terminal}");
            let streams: Vec<i32> = kept.iter().map(|(number, _)| *number).filter(|number| *number < 3).collect();
            let expected: Vec<i32> = (0..3).filter(|descriptor| open & 1 << descriptor != 0).collect();
            assert_eq!(streams, expected, "{case}");
            // If standard input is the terminal, init opens no other descriptor of it.
            let expected: &[&str] = if has_terminal && open & 1 == 0 { &["/dev/tty"] } else { &[] };
            assert_eq!(others(&kept), expected, "{case}");
        }
    }
}

/// Returns what is open besides the standard streams and the pidfd of the program.
fn others(kept: &[(RawFd, String)]) -> Vec<&str> {
    let others = kept.iter().filter(|(number, target)| *number > 2 && !target.contains("pidfd"));
    others.map(|(_, target)| target.as_str()).collect()
}

/// A background job of a shell without job control has both signals ignored. Its terminal is not for `init`.
#[test]
fn init_opens_the_terminal_unless_sigint_and_sigquit_are_ignored() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    use Signal::{SIGINT, SIGQUIT};
    for (ignored, expected) in [(&[SIGINT][..], 1), (&[SIGQUIT], 1), (&[SIGINT, SIGQUIT], 0)] {
        let last_step = move || ignore(ignored).and_then(|()| leave_open(0b110)); // without standard input
        let mut inherited = start(UnderProcess1, true, &[], &["stay"], last_step);
        inherited.process.until_it_waits();
        let kept = descriptors::of(inherited.process.pid());
        assert_eq!(kept.iter().filter(|(_, target)| target == "/dev/tty").count(), expected, "{ignored:?}: {kept:?}");
    }
}

#[test]
fn init_closes_what_it_reads_of_proc() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let (mut pod, mut log) = start_probe(&["-g"]);
    pod.init().until_it_waits();
    let before = descriptors::of(pod.pid());
    for signal in [Signal::SIGTERM, Signal::SIGTSTP].repeat(3) {
        pod.signal(signal);
        assert_eq!(log.next(), Some(signal as i32));
    }
    pod.init().until_it_waits();
    assert_eq!(descriptors::of(pod.pid()), before);
}

#[test]
fn a_reader_sees_the_end_of_a_pipe_when_the_program_closes_it() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for closes in [true, false] {
        let (mut reader, writer) = io::pipe().expect("a pipe can be made");
        fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("the pipe is open");
        let script = format!("{} exec {} signals", if closes { "exec 3>&-;" } else { "" }, probe_child());
        let files = Arc::new(vec![OwnedFd::from(writer)]);
        let mut pod = Pod::start_after(command(&["sh", "-c", &script]), put(&files));
        drop(files);
        let mut log = SignalLog::of(pod.init());
        if closes {
            until("the reader sees the end", || matches!(reader.read(&mut [0]), Ok(0)));
        } else {
            pod.init().until_it_waits();
            let error = reader.read(&mut [0]).expect_err("the control: the program has the pipe open");
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        }
        assert_eq!(rows(&pod).len(), 2, "init and the program are alive");
        pod.signal(Signal::SIGUSR1);
        assert_eq!(log.next(), Some(libc::SIGUSR1));
    }
}

#[test]
fn init_closes_each_inherited_descriptor_where_close_range_is_refused() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let mut put = put(&files()); // from 3 on
    let filter = refuse(&[libc::SYS_close_range], Errno::EPERM);
    let last_step = move || put().and_then(|()| apply(&filter));
    let mut inherited = start(UnderProcess1, false, &[], &["stay"], last_step);
    inherited.process.until_it_waits();
    let kept = descriptors::of(inherited.process.pid());
    assert_eq!(others(&kept), [""; 0]);
}

/// Where `close_range` is refused, `init` closes them one by one. It reports an error even if it could close the last one.
#[test]
fn a_descriptor_that_stays_open_is_reported_even_if_others_are_closed() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    const FIRST: i32 = 1000; // the usual limit is 1024
    let file = File::open("/proc/version").expect("Linux has this file");
    let filter = refuse_some(
        &[Call::every(libc::SYS_close_range), Call::with(libc::SYS_close, 0, u32::MAX, FIRST as u32)],
        Errno::EPERM,
    );
    let last_step = move || {
        for number in FIRST..FIRST + 3 {
            if fcntl(&file, FcntlArg::F_DUPFD(number))? != number {
                return Err(Errno::EBUSY.into());
            }
        }
        apply(&filter)
    };
    let mut pod = Pod::start_after(command(&["--", probe_child(), "signals", "1"]), last_step);
    let log = SignalLog::of(pod.init());
    until("init has closed the last one", || !has_descriptor(pod.pid(), FIRST + 2));
    assert!(has_descriptor(pod.pid(), FIRST));
    pod.signal(Signal::SIGHUP);
    assert_eq!(log.last(), Some(libc::SIGHUP));
    assert_eq!(text(&pod.wait().stderr), "init: cannot close inherited descriptors: errno 1\n");
}

/// Whether a process has this descriptor open.
fn has_descriptor(pid: Pid, number: i32) -> bool {
    descriptors::of(pid).iter().any(|(open, _)| *open == number)
}
