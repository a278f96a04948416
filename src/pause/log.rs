//! Messages on the standard streams. A message on standard error is dropped if it would have to wait.

use crate::sys::file;
use core::ffi::c_int;

/// Writes `text` to standard output, and waits for the reader if necessary. Returns whether all of it was written.
pub fn to_stdout(text: &[u8]) -> bool {
    // One write is enough: a pipe takes so few bytes in one piece (`man 7 pipe`, PIPE_BUF), and if a disk is full after
    // a part of them, that is a failure.
    file::write(libc::STDOUT_FILENO, text) == Ok(text.len() as c_int)
}

/// Writes `text` to standard error, if the stream can take it without waiting. If the stream is closed, broken or full,
/// the text is dropped, so a reader that does not read cannot hold up process 1.
///
/// Polling first is not enough: a writable terminal may have too little room, and another writer of a pipe may be
/// faster. So the file is `O_NONBLOCK` during this write, also for other processes that share the open file.
pub fn to_stderr(text: &str) {
    const STDERR: c_int = libc::STDERR_FILENO;
    let Ok(flags) = file::status_flags(STDERR) else {
        return;
    };
    if file::set_status_flags(STDERR, flags | libc::O_NONBLOCK).is_ok() {
        // If a message cannot be written, there is nobody left to tell.
        _ = file::write(STDERR, text.as_bytes());
        if flags & libc::O_NONBLOCK == 0 {
            // The kernel let us set the flag, so it lets us clear it.
            _ = file::set_status_flags(STDERR, flags);
        }
    }
}
