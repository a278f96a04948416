//! What holds for any arguments and any standard error, tried with the release binary on arbitrary ones.

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use proptest::collection::vec;
use proptest::prelude::*;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use testkit::programs::pause;
use testkit::{Pod, PodProcess, reexec};

const VERSION: &str = concat!("pause ", env!("CARGO_PKG_VERSION"), "\n");
const WARNING: &str = "Warning: pause should be the first process\n";
const INTERRUPT: &str = "Shutting down, got signal: Interrupt\n";
const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// Any bytes, those that could be taken for a flag above all; and anything between no byte and more than a page.
fn argument() -> impl Strategy<Value = OsString> {
    let bytes = prop_oneof![
        vec(1_u8.., 0..8),
        vec(prop::sample::select(&b"-vVgGuarde= \x0d\x16\xad\xf6"[..]), 0..4),
        (0..6000_usize).prop_map(|length| [b"-".repeat(length), b"v".to_vec()].concat()),
    ];
    bytes.prop_map(OsString::from_vec)
}

/// Few enough cases for every run; a failure is made as small as can be, and says what it was.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn any_arguments_ask_for_the_version_or_do_nothing(
        name in argument(),
        arguments in vec(argument(), 0..12),
        flag in prop::option::weighted(0.3, (0..12_usize, prop::sample::select(&["-v", "-V"][..]))),
    ) {
        let mut arguments = arguments;
        if let Some((at, flag)) = flag {
            arguments.insert(at.min(arguments.len()), flag.into());
        }
        let mut program = pause();
        program.arg0(name).args(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut member = PodProcess::outside(program);
        let asks = arguments.iter().any(|argument| [&b"-v"[..], b"-V"].contains(&argument.as_bytes()));
        if !asks {
            member.until_it_waits();
            member.signal(libc::SIGTERM);
        }
        let output = member.wait();
        let said = (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned());
        let expected = if asks { (VERSION.into(), String::new()) } else { (String::new(), format!("{WARNING}{TERMINATED}")) };
        prop_assert_eq!(output.status.code(), Some(0), "{}", output.status);
        prop_assert_eq!(said, expected);
    }

    #[test]
    fn any_room_in_a_pipe_takes_a_message_whole_or_not_at_all(
        room in 0..160_usize,
        waits in any::<bool>(),
        is_process_1 in prop::bool::weighted(0.3),
        signal in prop::sample::select(&[libc::SIGINT, libc::SIGTERM][..]),
    ) {
        let (mut reader, mut writer) = io::pipe().expect("a pipe");
        // The smallest that there is, one page, and then full but for `room`: a write joins the last page or needs one.
        let size = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(1)).expect("a page is allowed") as usize;
        let filled = size - room;
        writer.write_all(&vec![b'x'; filled]).expect("that much fits in");
        let flags = if waits { OFlag::empty() } else { OFlag::O_NONBLOCK };
        fcntl(&writer, FcntlArg::F_SETFL(flags)).expect("it is open");

        let mut program = pause();
        program.stderr(writer.try_clone().expect("a descriptor"));
        let output = if is_process_1 {
            let pod = Pod::with(program);
            testkit::pod::send(pod.pid(), signal).expect("it lives");
            pod.wait()
        } else {
            let mut ordinary = PodProcess::outside(program);
            ordinary.until_it_waits();
            ordinary.signal(signal);
            ordinary.wait()
        };
        prop_assert_eq!(output.status.code(), Some(0), "{}", output.status);
        let left = fcntl(&writer, FcntlArg::F_GETFL).expect("it is open");
        prop_assert_eq!(left & libc::O_NONBLOCK != 0, !waits, "others who have it open wait, or not, as before");

        let mut expected = String::new();
        let warning = if is_process_1 { "" } else { WARNING };
        for message in [warning, if signal == libc::SIGINT { INTERRUPT } else { TERMINATED }] {
            if expected.len() + message.len() <= room {
                expected += message;
            }
        }
        drop(writer);
        let mut said = Vec::new();
        reader.read_to_end(&mut said).expect("a pipe can be read");
        prop_assert_eq!(String::from_utf8_lossy(&said[filled..]), expected);
    }
}
