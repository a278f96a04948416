//! Properties of the release binary, for any arguments and for any room in the pipe of standard error.

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use proptest::collection::vec;
use proptest::prelude::*;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use testkit::assertions::assert_exited;
use testkit::pause_process::{SHUTDOWN, TERMINATED, WARNING, ordinary, pause_with};
use testkit::programs::pause;
use testkit::streams::set_flags;
use testkit::{Pod, PodProcess, reexec};

const VERSION: &str = concat!("pause ", env!("CARGO_PKG_VERSION"), "\n");

/// Any bytes, near misses of a flag, and lengths from 0 to more than a page.
fn argument() -> impl Strategy<Value = OsString> {
    let bytes = prop_oneof![
        vec(1_u8.., 0..8),
        vec(prop::sample::select(&b"-vVgGuarde= \x0d\x16\xad\xf6"[..]), 0..4),
        (0..6000_usize).prop_map(|length| [b"-".repeat(length), b"v".to_vec()].concat()),
    ];
    bytes.prop_map(OsString::from_vec)
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_arguments_print_the_version_or_are_ignored(
        name in argument(),
        arguments in vec(argument(), 0..12),
        flag in prop::option::weighted(0.3, (0..12_usize, prop::sample::select(&["-v", "-V"][..]))),
    ) {
        let mut arguments = arguments;
        if let Some((at, flag)) = flag {
            arguments.insert(at.min(arguments.len()), flag.into());
        }
        let mut program = pause_with(&arguments);
        program.arg0(name);
        let mut process = PodProcess::outside(program);
        let has_flag = arguments.iter().any(|argument| [&b"-v"[..], b"-V"].contains(&argument.as_bytes()));
        if !has_flag {
            process.until_it_waits();
            process.signal(libc::SIGTERM);
        }
        let output = process.wait();
        let warns = format!("{WARNING}{TERMINATED}");
        let (stdout, stderr) = if has_flag { (VERSION, "") } else { ("", &*warns) };
        assert_exited(&output, 0, stderr);
        prop_assert_eq!(String::from_utf8_lossy(&output.stdout), stdout);
    }

    #[test]
    fn a_pipe_with_any_room_gets_a_whole_message_or_none(
        room in 0..160_usize,
        blocks in any::<bool>(),
        is_process_1 in prop::bool::weighted(0.3),
        (signal, message) in prop::sample::select(&SHUTDOWN[..]),
    ) {
        let (mut reader, mut writer) = io::pipe().expect("a pipe");
        // The smallest pipe has one page. Leave `room` bytes of it.
        let size = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(1)).expect("a page is allowed") as usize;
        let filled = size - room;
        writer.write_all(&vec![b'x'; filled]).expect("the pipe has room");
        set_flags(&writer, if blocks { OFlag::empty() } else { OFlag::O_NONBLOCK });

        let mut program = pause();
        program.stderr(writer.try_clone().expect("a descriptor"));
        let output = if is_process_1 {
            let pod = Pod::with(program);
            pod.signal(signal);
            pod.wait()
        } else {
            let ordinary = ordinary(program);
            ordinary.signal(signal as i32);
            ordinary.wait()
        };
        prop_assert_eq!(output.status.code(), Some(0), "{}", output.status);
        let left = fcntl(&writer, FcntlArg::F_GETFL).expect("the pipe is open");
        prop_assert_eq!(left & libc::O_NONBLOCK != 0, !blocks, "O_NONBLOCK stays as it was");

        let mut expected = String::new();
        let warning = if is_process_1 { "" } else { WARNING };
        for message in [warning, message] {
            if expected.len() + message.len() <= room {
                expected += message;
            }
        }
        drop(writer);
        let mut written = Vec::new();
        reader.read_to_end(&mut written).expect("a pipe can be read");
        prop_assert_eq!(String::from_utf8_lossy(&written[filled..]), expected);
    }
}
