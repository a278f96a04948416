//! Writes to the standard streams. A message on standard error is dropped rather than waited for.

use crate::sys::file;
use core::ffi::c_int;

/// Writes `text` to standard output, waiting for the reader if need be. Returns whether all of it was written.
pub fn to_stdout(text: &[u8]) -> bool {
    // One write: a pipe takes so few bytes completely or not at all (`man 7 pipe`, PIPE_BUF), and a disk that is full
    // after a part of them is a failure.
    file::write(libc::STDOUT_FILENO, text) == Ok(text.len() as c_int)
}

/// Writes `text` to standard error if that is possible at once. A stream that is closed, broken or full loses it: nobody
/// can hold up process 1 by not reading its messages.
///
/// Polling first would not do: a terminal that is writable may have too little room, and another writer of a pipe may be
/// faster. So the file is `O_NONBLOCK` during this write, for everybody who has it open by a copy of this descriptor.
pub fn to_stderr(text: &str) {
    const STDERR: c_int = libc::STDERR_FILENO;
    let Ok(flags) = file::status_flags(STDERR) else {
        return;
    };
    if file::set_status_flags(STDERR, flags | libc::O_NONBLOCK).is_ok() {
        // Nobody is left to be told of a message that cannot be written.
        _ = file::write(STDERR, text.as_bytes());
        if flags & libc::O_NONBLOCK == 0 {
            // Setting the flag was allowed, so clearing it is.
            _ = file::set_status_flags(STDERR, flags);
        }
    }
}
