//! Writes lines to standard error, which `init` shares with its program.

use super::text::Text;
use crate::sys::{Errno, file};
use core::ffi::c_int;

/// The most bytes of a line: what a pipe takes in one piece (`man 7 pipe`, PIPE_BUF), so that no reader of a part of it can
/// hold up the rest.
const LINE: usize = libc::PIPE_BUF;

/// Writes a line: `init: `, the subject, the words, and a number if there is one. A line that is too long is cut.
pub fn line(subject: &[u8], words: &[u8], number: Option<c_int>) {
    let mut room = [0; LINE];
    let mut text = Text::new(&mut room);
    text.push(b"init: ");
    text.push(subject);
    text.push(words);
    if let Some(number) = number {
        text.push_number(number);
    }
    let length = text.length();
    if let Some(end) = room.get_mut(length) {
        *end = b'\n'; // in the place that was kept for a NUL
    }
    to_stderr(room.get(..=length).unwrap_or_default());
}

/// Writes a line that says what failed and why, and returns the status 1.
pub fn failure(what: &[u8], error: Errno) -> c_int {
    line(what, b": error ", Some(error.number()));
    1
}

/// Writes `text` to standard error if somebody can take it at once. A stream that is closed, broken or full loses it, so
/// that nobody can hold up `init` by not reading its messages. If the kernel refuses to tell, the text is written.
///
/// The file is not made `O_NONBLOCK`, as `pause` does it, since the program has it open as well. So two things can make us
/// wait: another writer that fills it in this very moment, and a terminal whose reader has stopped and that has room for a
/// part of the text alone.
pub fn to_stderr(text: &[u8]) {
    if file::is_writable(libc::STDERR_FILENO).unwrap_or(true) {
        // Nobody is left to be told of a message that cannot be written.
        _ = file::write(libc::STDERR_FILENO, text);
    }
}
