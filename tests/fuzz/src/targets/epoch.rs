//! The variable SOURCE_DATE_EPOCH, as `image` reads it: refused in one sentence, or a time that means the same when a second
//! reading counts its days.

use super::assert_one_line;
use image::epoch::Epoch;
use std::ffi::OsStr;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    let epoch = match Epoch::of(OsStr::from_bytes(bytes)) {
        Ok(epoch) => epoch,
        Err(error) => return assert_one_line(&error),
    };
    let seconds = epoch.seconds();
    assert_eq!(str::from_utf8(bytes).expect("a number is text").parse(), Ok(seconds));

    let text = epoch.to_string();
    let number = |range: Range<usize>| text[range].parse::<u64>().expect("digits");
    let separators: String = text.chars().filter(|character| !character.is_ascii_digit()).collect();
    assert_eq!((separators.as_str(), text.len()), ("--T::Z", 20), "{text}");
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let days = (1970..year).map(|year| 365 + u64::from(is_leap(year))).sum::<u64>()
        + (1..month).map(|month| days_of(month, year)).sum::<u64>()
        + day
        - 1;
    assert_eq!(days * 86_400 + number(11..13) * 3_600 + number(14..16) * 60 + number(17..19), seconds, "{text}");
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of(month: u64, year: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
