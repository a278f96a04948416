//! The files of a process, parsed from bytes.

use zombies::stat::Stat;
use zombies::status::{Sigchld, Status};

/// What follows the name in `/proc/PID/stat` of a zombie.
const REST: &[u8] = b" Z 1 3 3 0 -1 4227084 0 0 0 0 1 2 0 0 20 0 1 0 8123 0 0 18446744073709551615 0 0\n";

#[test]
fn any_name_can_be_in_the_parentheses() {
    for name in [&b"sleep"[..], b"", b" ", b")", b"(", b") Z 1 (", b"a\nb", b"\xff\xfe", b"123456789012345"] {
        let line = [b"17 (", name, b")", REST].concat();
        let stat = Stat::parse(&line).unwrap_or_else(|| panic!("{name:?}"));
        assert_eq!((stat.pid, &*stat.command, stat.state, stat.ppid), (17, name, b'Z', 1));
        assert_eq!((stat.threads, stat.start, stat.is_ending), (1, 8123, true));
    }
}

#[test]
fn half_a_line_is_none() {
    let line = [b"17 (sleep)", REST].concat();
    let start = line.windows(4).position(|part| part == b"8123").expect("the start time");
    for length in 0..=start {
        assert_eq!(Stat::parse(&line[..length]), None, "{length}");
    }
    for strange in [&b"x (y) Z 1"[..], b")(", b"17 )sleep( Z 1", b"17 (sleep) \xff"] {
        assert_eq!(Stat::parse(strange), None, "{strange:?}");
    }
}

#[test]
fn the_status_tells_namespaces_user_tracer_and_signals() {
    let text = b"Name:\t\xff\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t40\nTracerPid:\t7\nUid:\t1000\t0\t0\t0\nGid:\t5\t0\t0\t0\n\
        Groups:\t4 24 \nNSpid:\t40\t8\t1\nSigBlk:\t0000000000010000\nSigIgn:\t0000000000000001\nSigCgt:\t0000000180010002\n\
        CapEff:\t0000000000080000\n";
    let status = Status::parse(text);
    assert_eq!((status.pids.as_slice(), status.depth(), status.pid_in_namespace()), (&[40, 8, 1][..], 3, Some(1)));
    assert_eq!((status.uid, status.tracer, status.groups.as_slice()), (1000, 7, &[5, 4, 24][..]));
    assert_eq!(status.sigchld, Sigchld { ignored: false, blocked: true, caught: true });
    assert_eq!(status.capabilities, 1 << 19);
}

#[test]
fn a_status_without_these_lines_has_defaults() {
    assert_eq!(Status::parse(b"Name:\tx\n\nUid\nSigBlk: what\n"), Status::default());
}
