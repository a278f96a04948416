//! The options that `init` has from tini, read by both; and what becomes of a pipe that the program closes.

use super::{peer, probe_child, status};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use testkit::descriptors::put;
use testkit::process_table::rows;
use testkit::{Pod, PodProcess, until};

/// Words before `--`, and what becomes of a program that exits with 7: the status, or `None` for a mistake.
type Row = (&'static [&'static str], Option<i32>);

/// Both accept these, and mean the same, or refuse them.
const THE_SAME: [Row; 24] = [
    (&[], Some(7)),
    (&["-s", "-v", "-g"], Some(7)),
    (&["-sgv"], Some(7)),
    (&["-vvvv"], Some(7)),
    (&["-w"], Some(7)),
    (&["-e", "7"], Some(0)),
    (&["-e7"], Some(0)),
    (&["-sve7"], Some(0)),
    (&["-e", "007"], Some(0)),
    (&["-e0", "-e", "255"], Some(7)),
    (&["-e", "6", "-e", "7"], Some(0)),
    (&["-p", "SIGTERM"], Some(7)),
    (&["-pSIGKILL"], Some(7)),
    (&["-e", "256"], None),
    (&["-e", "-1"], None),
    (&["-e", "7 "], None),
    (&["-e", "0x7"], None),
    (&["-e", "99999999999"], None),
    (&["-es"], None),
    (&["-p", "sigterm"], None),
    (&["-p", "SIGRTMIN"], None),
    (&["-p", "0"], None),
    (&["-p", ""], None),
    (&["-x"], None),
];

/// `init` accepts more names of signals, and their numbers.
const INIT_ALONE: [Row; 9] = [
    (&["-p", "TERM"], Some(7)),
    (&["-p", "15"], Some(7)),
    (&["-p", "64"], Some(7)),
    (&["-p", "SIGSTKFLT"], Some(7)),
    (&["-p", "SIGIO"], Some(7)),
    (&["-p", "SIGPWR"], Some(7)),
    (&["-c"], Some(7)),
    (&["-t", "1"], Some(7)),
    (&["--verbose"], Some(7)),
];

/// tini reads numbers as `strtol` does: an empty text is 0.
const TINI_ALONE: [Row; 3] = [(&["-e", ""], Some(7)), (&["-e", " 7"], Some(0)), (&["-e", "+7"], Some(0))];

/// What becomes of the program, or `None` if the words are a mistake: the program does not begin.
fn outcome(name: &str, words: &[&str]) -> Option<i32> {
    let mut command = peer(name, &[words, &["--", "sh", "-c", "echo begun; exit 7"]].concat());
    command.env("TINI_SUBREAPER", "");
    let output = PodProcess::outside(command).wait();
    // tini says what it does there, too.
    if String::from_utf8_lossy(&output.stdout).contains("begun\n") {
        return output.status.code();
    }
    assert_eq!(output.status.code(), Some(1), "{name}, {words:?}: as a mistake");
    None
}

#[test]
fn options_of_tini_are_read_as_tini_does_but_for_some() {
    for (words, expected) in THE_SAME {
        assert_eq!([outcome("tini", words), outcome("init", words)], [expected; 2], "{words:?}");
    }
    for (words, expected) in INIT_ALONE {
        assert_eq!([outcome("tini", words), outcome("init", words)], [None, expected], "{words:?}");
    }
    for (words, expected) in TINI_ALONE {
        assert_eq!([outcome("tini", words), outcome("init", words)], [expected, None], "{words:?}");
    }
}

#[test]
fn the_program_begins_where_it_begins_for_tini() {
    for words in [&["--", "-x"][..], &["-"], &[""], &["-s", "--", "--"]] {
        assert_eq!([status("tini", words), status("init", words)], ["127"; 2], "{words:?}");
    }
    for words in [&[][..], &["--"], &["-e"], &["-p"], &["-g"]] {
        assert_eq!([status("tini", words), status("init", words)], ["1"; 2], "{words:?}");
    }
    // tini looks for options among the arguments of the program, unless `--` is before it.
    let words = ["sh", "-c", "exit 7"];
    assert_eq!([status("tini", &words), status("init", &words)], ["1", "7"]);
    // It wants `--version` to be alone.
    assert_eq!([status("tini", &["-s", "--version"]), status("init", &["-s", "--version"])], ["1", "0"]);
}

/// Whether a reader sees the end of a pipe when the program has closed it, and lives on.
fn sees_the_end(name: &str) -> bool {
    let (mut reader, writer) = io::pipe().expect("a pipe");
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("it is open");
    let files = Arc::new(vec![OwnedFd::from(writer)]);
    let script = format!("exec 3>&-; exec {} signals", probe_child());
    let mut pod = Pod::start_after(peer(name, &["--", "sh", "-c", &script]), put(&files));
    drop(files);
    let mut line = String::new();
    let stdout = pod.init().streams().stdout.take().expect("it has a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("it can be read");
    assert_eq!(line, "0\n", "{name}: the program has begun");
    // The program has closed it. `init` does that at some time, the others never do.
    if name == "init" {
        until("the reader sees the end", || reader.read(&mut [0]).is_ok());
    }
    assert_eq!(rows(&pod).len(), 2, "{name}: both live on");
    match reader.read(&mut [0]) {
        Ok(length) => length == 0,
        Err(error) => {
            assert_eq!(error.raw_os_error(), Some(Errno::EAGAIN as i32), "{name}");
            false
        }
    }
}

#[test]
fn a_reader_sees_the_end_of_a_pipe_under_init_but_not_under_tini() {
    assert!(sees_the_end("init"));
    assert!(!sees_the_end("tini"));
}
