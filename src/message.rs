//! Text for the standard streams: what goes to standard error is dropped rather than waited for.

use crate::args::Str;
use crate::sys;
use crate::sys::file::{self, Part};
use core::ffi::{CStr, c_int};

/// Writes `text` to standard output, and waits for the reader if it has to: whether all of it was taken.
pub fn to_stdout(text: &[u8]) -> bool {
    // In one piece: a pipe takes so few bytes all or not at all (`man 7 pipe`, PIPE_BUF), and a disk that is full in
    // the middle of them is a failure, not a reason to try again.
    sys::write(libc::STDOUT_FILENO, text) == Ok(text.len() as i32)
}

/// Writes `text` to standard error if that can be done at once. A stream that is closed, broken or full loses the text:
/// whoever does not read the messages of process 1 must not be able to hold up its work with that.
///
/// To ask first whether there is room is no way: a terminal that has some may still not have enough, and another writer
/// of a pipe may be faster. So the file is told not to wait, for the moment of this write. That concerns everybody who
/// has it open through the same descriptor: it is told to wait again, unless it did not before.
pub fn to_stderr(text: &str) {
    const STDERR: i32 = libc::STDERR_FILENO;
    let Ok(flags) = sys::status_flags(STDERR) else { return };
    if sys::set_status_flags(STDERR, flags | libc::O_NONBLOCK).is_ok() {
        _ = sys::write(STDERR, text.as_bytes());
        if flags & libc::O_NONBLOCK == 0 {
            _ = sys::set_status_flags(STDERR, flags);
        }
    }
}

/// Writes a line of `init` to standard error, if that can be done at once: a stream that is closed, broken or full loses
/// it.
///
/// Not in the way of [`to_stderr`]: the program that `init` started has the same file open, and must not find that it
/// does not wait. So another writer who is faster can make us wait; whoever asks for no messages has none.
pub fn line(what: &CStr, with: Str, then: &CStr) {
    if file::is_writable(libc::STDERR_FILENO) {
        let parts = [Part::new(c"init: ".into()), Part::new(what.into()), Part::new(with), Part::new(then.into())];
        _ = file::writev(libc::STDERR_FILENO, &parts);
    }
}

/// A line that ends with a number, one that is not negative.
pub fn line_with_number(what: &CStr, number: c_int) {
    line(what, with_digits(number, &mut { *b"0000000000\n\0\0\0\0\0" }), c"");
}

/// A number that is not negative, before the end of a string that has ten zeros in front of that.
pub fn with_digits(mut number: c_int, string: &mut [u8; 16]) -> Str<'_> {
    let mut start = 10;
    while start > 0 {
        start -= 1;
        string[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    string.get(start..).and_then(Str::beginning).unwrap_or(c"".into())
}

/// Takes the digits off the beginning of a text, and returns the number that they make. More than nine make none: -1.
pub fn take_number(text: &mut Str) -> c_int {
    let mut number: c_int = 0;
    let mut rest = *text;
    while let Some(byte @ b'0'..=b'9') = rest.next() {
        *text = rest;
        number = if (0..100_000_000).contains(&number) { number * 10 + c_int::from(byte - b'0') } else { -1 };
    }
    number
}
