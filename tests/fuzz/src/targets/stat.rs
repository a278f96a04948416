//! A line of `/proc/PID/stat`, as the crate `procfs` and a plain reading from its last parenthesis have it.

use pause::init::proc::field::{BLOCKED, CAUGHT, GROUP, IGNORED, PARENT, STATE};
use pause::init::proc::parse_field;
use procfs::FromRead;
use procfs::process::Stat;

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    check(parse_field, bytes);
}

/// Asserts that each field is what it is in the other readings. `/proc/loadavg` has no parenthesis, but fields as well.
pub fn check(parse: impl Fn(&[u8], i32) -> i32, line: &[u8]) {
    let name_end = line.iter().rposition(|byte| *byte == b')');
    let after_name = &line[name_end.map_or(0, |at| at + 1)..];
    let first = if name_end.is_some() { 2 } else { 1 };
    let fields: Vec<&[u8]> = after_name.trim_ascii_end().split(|byte| *byte == b' ').collect();
    for (number, text) in (first..).zip(&fields).skip(usize::from(name_end.is_some())) {
        let found = parse(line, number);
        match text {
            [] => assert_eq!(found, 0),
            [letter @ b'A'..=b'Z'] => assert_eq!(found, i32::from(*letter)),
            _ => {
                let value = number_of(text);
                assert!(value.is_none_or(|value| value == found), "field {number}: {found} in place of {value:?}");
            }
        }
    }
    assert_eq!(parse(line, first + fields.len() as i32), 0, "there is no such field");

    // procfs 0.18 panics where the kernel's parts are missing: "17 (name) S".
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let has_state = matches!(after_name, [b' ', b'!'..=b'~', ..]);
    if digits == 0 || !line[digits..].starts_with(b" (") || !has_state {
        return;
    }
    let Ok(stat) = Stat::from_read(line) else { return };
    let parsed = [
        (STATE, stat.state as i64),
        (PARENT, stat.ppid.into()),
        (GROUP, stat.pgrp.into()),
        (BLOCKED, stat.blocked as i64),
        (IGNORED, stat.sigignore as i64),
        (CAUGHT, stat.sigcatch as i64),
    ];
    for (number, value) in parsed {
        // The kernel writes a capital letter for the state, and no signs in the other fields.
        let text = fields[number as usize - 2];
        let is_as_written = if number == STATE { matches!(text, [b'A'..=b'Z']) } else { number_of(text).is_some() };
        if is_as_written {
            assert_eq!(i64::from(parse(line, number)), value, "field {number}, by procfs");
        }
    }
}

/// Returns the number that decimal digits stand for, if it is of the type that the parser returns.
fn number_of(text: &[u8]) -> Option<i32> {
    text.iter().all(u8::is_ascii_digit).then(|| str::from_utf8(text).ok()?.parse().ok()).flatten()
}
