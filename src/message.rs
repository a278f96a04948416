//! Text for the standard streams: what goes to standard error is dropped rather than waited for.

use crate::args::Str;
use crate::sys::{self, Errno, file};
use crate::text::Text;
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

/// Writes to standard error what `init` has to say, if that can be done at once: a stream that is closed, broken or full
/// loses it.
///
/// Not in the way of [`to_stderr`]: the program that `init` started has the same file open, and must not find that it
/// does not wait. So another writer who is faster can make us wait; whoever asks for no messages has none.
pub fn to_shared_stderr(text: &[u8]) {
    if file::is_writable(libc::STDERR_FILENO) {
        _ = sys::write(libc::STDERR_FILENO, text);
    }
}

/// Writes a line there. A number ends it, unless that is 0: then the words do.
pub fn line(subject: Str, words: &CStr, number: c_int) {
    let mut text = Text::EMPTY;
    text.push_all(c"init: ".into());
    text.push_all(subject);
    text.push_all(words.into());
    if number != 0 {
        text.push_number(number);
        text.push(b'\n');
    }
    to_shared_stderr(text.bytes());
}

/// Says what failed, and why, and returns the status to leave with.
pub fn failure(words: &CStr, error: Errno) -> c_int {
    line(c"".into(), words, error.number());
    1
}
