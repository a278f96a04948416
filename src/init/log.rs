//! Writes lines to standard error, which `init` shares with its program.

use super::signal_names::name_of;
use super::text::Text;
use crate::sys::process::ExitStatus;
use crate::sys::{Errno, file};
use core::ffi::c_int;

/// The greatest length of a line. A write of so many bytes to a pipe is atomic (`man 7 pipe`, PIPE_BUF): it is not
/// mixed with others, and does not wait for room once a part was written.
const MAX_LINE: usize = libc::PIPE_BUF;

/// Writes a line that consists of `init: ` and `text`.
pub fn text(text: &[u8]) {
    line(text, b"", None);
}

/// Writes a line that consists of `init: `, `first` and `second`.
pub fn joined(first: &[u8], second: &[u8]) {
    line(first, second, None);
}

/// Writes a line that consists of `init: `, `text` and `number`.
pub fn number(text: &[u8], number: c_int) {
    line(text, b"", Some(number));
}

/// Writes a line that says what failed, and with which `errno`. Returns the status 1.
pub fn failure(what: &[u8], error: Errno) -> c_int {
    line(what, b": errno ", Some(error.number()));
    1
}

/// Writes how the program ended, unless it exited with 0.
pub fn program_end(status: ExitStatus) {
    match (status.signal(), status.shell_status()) {
        (None, 0) => {}
        (None, code) => number(b"program exited with status ", code.into()),
        (Some(signal), _) => match name_of(signal) {
            Some(name) => joined(b"program ended by SIG", name),
            None => number(b"program ended by signal ", signal),
        },
    }
}

/// Writes a line, and cuts it if it is too long.
pub fn line(first: &[u8], second: &[u8], number: Option<c_int>) {
    let mut buffer = [0; MAX_LINE];
    let mut text = Text::new(&mut buffer);
    text.push(b"init: ");
    text.push(first);
    text.push(second);
    if let Some(number) = number {
        text.push_number(number);
    }
    let length = text.length();
    if let Some(end) = buffer.get_mut(length) {
        *end = b'\n'; // the byte that was kept for a NUL
    }
    to_stderr(buffer.get(..=length).unwrap_or_default());
}

/// Writes `text` to standard error, if the stream can take it without waiting. If the stream is closed, broken or full,
/// the text is dropped, so a reader that does not read cannot hold up `init`. If the kernel does not say whether there
/// is room, the text is written.
///
/// `pause` sets `O_NONBLOCK` for the write. `init` does not, because the program shares the open file description. Two
/// things can still make `init` wait: another writer that fills the stream at the same moment, and a terminal whose
/// reader has stopped and that has room for a part of the text.
pub fn to_stderr(text: &[u8]) {
    if file::is_writable(libc::STDERR_FILENO).unwrap_or(true) {
        // If a message cannot be written, there is nobody left to tell.
        _ = file::write(libc::STDERR_FILENO, text);
    }
}
