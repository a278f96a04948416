//! Messages on the standard streams. A message on standard error is dropped if it would have to wait.

use crate::sys::file;
use core::ffi::c_int;

/// Writes `text` to standard output, and waits for the reader if necessary. Returns whether all of it was written.
pub fn to_stdout(text: &[u8]) -> bool {
    // One write is enough. To a pipe it is atomic (`man 7 pipe`, PIPE_BUF), and a disk that takes only a part is full.
    file::write(libc::STDOUT_FILENO, text) == Ok(text.len() as c_int)
}

/// Writes `text` to standard error, unless it would have to wait for a reader. If the stream is closed, broken or full,
/// the text is dropped, so a reader that does not read cannot hold up process 1.
///
/// `ppoll` before the write is not enough: a terminal may have room for a part only, and another writer may be faster.
/// So the open file description is `O_NONBLOCK` during this write, also for the other processes that share it.
/// One of them could clear the flag just before the write.
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
