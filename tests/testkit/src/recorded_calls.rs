//! Records which system calls a program makes.

use crate::refused_call::{Filter, action, if_equal, load, low_half_of_argument};
use crate::reported_calls::{Install, Listener, report};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::mem::offset_of;
use std::os::fd::RawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// A thread that allows every reported call, and records its number if this program made it.
pub struct Recording(JoinHandle<io::Result<BTreeSet<libc::c_long>>>);

/// Starts to record the calls of the program at this path: the calls of every process that executes it, and of its
/// children until they execute another program.
pub fn record(program: &Path) -> io::Result<(Install, Recording)> {
    let program = program.to_owned();
    let (install, thread) = report(filter, move |listener| listen(&listener, &program))?;
    Ok((install, Recording(thread)))
}

impl Recording {
    /// Waits until all recorded processes have ended, and returns the numbers of their calls.
    pub fn finish(self) -> io::Result<BTreeSet<libc::c_long>> {
        self.0.join().expect("the thread returns its errors")
    }
}

/// Returns a filter that reports every call except one: the `sendmsg` that passes the listener to the test.
fn filter(socket: RawFd) -> Filter {
    vec![
        load(offset_of!(libc::seccomp_data, nr)),
        if_equal(libc::SYS_sendmsg as u32, 0, 3),
        load(low_half_of_argument(0)),
        if_equal(socket as u32, 0, 1),
        action(libc::SECCOMP_RET_ALLOW),
        action(libc::SECCOMP_RET_USER_NOTIF),
    ]
}

/// Allows and records calls until no process with the filter is left.
fn listen(listener: &Listener, program: &Path) -> io::Result<BTreeSet<libc::c_long>> {
    let mut numbers = BTreeSet::new();
    let identity = identity(program)?;
    while let Some(call) = listener.next()? {
        let executed = PathBuf::from(format!("/proc/{}/exe", call.pid));
        if self::identity(&executed).is_ok_and(|executed| executed == identity) {
            numbers.insert(call.number);
        }
        listener.allow(&call);
    }
    Ok(numbers)
}

/// Returns the device and inode of a file.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}
