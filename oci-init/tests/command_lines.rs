//! The bundle and the log of a command are found where runc, crun and youki find them. Every other command is handed on.

use oci_init::command_line::{Start, start_of_container};
use std::ffi::OsString;
use std::path::PathBuf;

fn start(line: &str) -> Option<Start> {
    let words: Vec<OsString> = line.split(' ').map(|word| if word == "''" { "".into() } else { word.into() }).collect();
    start_of_container(&words)
}

#[test]
fn a_start_is_recognized() {
    let cases = [
        ("create x", "."),
        ("run x", "."),
        ("create --bundle /b x", "/b"),
        ("create --bundle=/b x", "/b"),
        ("create -b /b x", "/b"),
        ("run -d -b /b x", "/b"),
        ("run --detach=true --bundle=/b --pid-file /p x", "/b"),
        ("create x --bundle /b", "/b"), // as runc takes it
        ("create --bundle /a --bundle /b x", "/b"),
        ("create --bundle '' x", "."),
        ("create --bundle --odd x", "--odd"),
        ("create --pid-file --bundle x", "."),
        ("create -- --bundle", "."),
        ("create --bundle /b -- x --bundle /c", "/b"),
        ("--root /run/runc --log /l --log-format json create --bundle /b --pid-file /p x", "/b"),
        ("--root create --log=/l --systemd-cgroup --rootless true --criu /c run --bundle /b x", "/b"),
        ("--cgroup-manager=disabled --log-level debug --debug run --bundle /b --no-pivot --keep x", "/b"),
        ("-l /l -r /root -s create -b /b -c /socket -p /pid x", "/b"), // youki
        ("create --console-socket /s --pidfd-socket /f --preserve-fds 2 --no-new-keyring --no-subreaper -b /b x", "/b"),
    ];
    for (line, bundle) in cases {
        assert_eq!(start(line).map(|start| start.bundle), Some(PathBuf::from(bundle)), "{line}");
    }
}

#[test]
fn everything_else_is_handed_on() {
    let lines = [
        "",
        "--version",
        "-v",
        "features",
        "--help",
        "list",
        "start x",
        "delete --force x",
        "kill x TERM",
        "exec x create --bundle /b",
        "exec --bundle /b x",
        "restore --bundle /b x",
        "spec --bundle /b",
        "state x",
        "--root /r delete create",
        "--root",
        "--log",
        "--unknown create x",
        "--unknown=1 create x",
        "-x create x",
        "create --unknown x",
        "create --help",
        "create -h",
        "create --bundle",
        "create x -b",
        "create -b/b x",
        "create -b=/b x",
        "create -bundle /b x",
        "create --bund /b x",
        "run --config /c x",
        "run -f /c -b /b x",
        "create --config=/c x",
        "createx y",
        "Create x",
        "-- create x",
    ];
    for line in lines {
        assert_eq!(start(line), None, "{line}");
    }
    assert_eq!(start_of_container(&[]), None);
}

#[test]
fn the_log_is_found() {
    let cases = [
        ("create x", None, false),
        ("--log /l create x", Some("/l"), false),
        ("--log=/l --log-format=json create x", Some("/l"), true),
        ("--log-format json --log /l create x", Some("/l"), true),
        ("--log file:/l create x", Some("/l"), false),
        ("--log journald:x create x", None, false),
        ("--log syslog:x create x", None, false),
        ("--log '' create x", None, false),
    ];
    for (line, log, is_json) in cases {
        let start = start(line).expect("a start");
        assert_eq!((start.log, start.log_is_json), (log.map(PathBuf::from), is_json), "{line}");
    }
}

#[test]
fn words_need_not_be_text() {
    use std::os::unix::ffi::OsStringExt;
    let odd = OsString::from_vec(b"/\xff".to_vec());
    let words = ["create".into(), "--bundle".into(), odd.clone(), OsString::from_vec(b"\xfe".to_vec())];
    assert_eq!(start_of_container(&words).map(|start| start.bundle), Some(odd.into()));
    assert_eq!(start_of_container(&[OsString::from_vec(b"-\xff".to_vec())]), None);
}
