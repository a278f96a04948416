//! What is just outside of the language of the options.

use crate::run::{command, text};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use testkit::PodProcess;

/// Asserts that `init` accepts this word, or reports this mistake in it. After it comes `-V`, which shows that all before it is
/// accepted.
#[track_caller]
fn assert_read(word: &[u8], mistake: Option<&str>) {
    let mut command = command(&[]);
    command.arg(OsStr::from_bytes(word)).arg("-V");
    let output = PodProcess::outside(command).wait();
    let word = String::from_utf8_lossy(word);
    let Some(mistake) = mistake else {
        return assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{word}");
    };
    let messages = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{word:?}: {messages}");
    assert!(messages.contains(&format!(": {mistake}\n")), "{word:?}: {messages}");
}

#[test]
fn no_other_byte_is_an_option() {
    for letter in (1..=255).filter(|letter| !b"sgcwkvhlVPeprt".contains(letter)) {
        if letter != b'-' {
            assert_read(&[b'-', letter], Some("unknown option"));
        }
        assert_read(&[b'-', b's', letter], Some("unknown option"));
    }
}

#[test]
fn only_rewrite_takes_a_value_in_the_same_word() {
    assert_read(b"--rewrite=15:2", None);
    assert_read(b"--rewrite=", Some("wrong value"));
    for name in ["single-child", "verbose", "keep-options", "help", "version", "pause", "install"] {
        assert_read(format!("--{name}=15:2").as_bytes(), Some("unknown option"));
    }
}

#[test]
fn a_value_has_limits() {
    for (largest, too_large) in [
        ("-e255", "-e256"),
        ("-p64", "-p65"),
        ("-r64:64", "-r65:64"),
        ("-r64:64", "-r64:65"),
        ("-r1:0", "-r0:1"),
        ("-t999999999", "-t1000000000"),
    ] {
        assert_read(largest.as_bytes(), None);
        assert_read(too_large.as_bytes(), Some("wrong value"));
    }
}
