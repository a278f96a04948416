//! Descriptors that a program is given, put into place as a last step; and those that a process has open.

use nix::errno::Errno;
use nix::unistd::{Pid, close};
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::Arc;

/// Puts copies of `files` at the descriptors from 3 on, and closes all that follow. None of the copies is closed when a
/// program is executed. System calls only.
pub fn put(files: &Arc<Vec<OwnedFd>>) -> impl FnMut() -> io::Result<()> + Send + Sync + 'static {
    let files = files.clone();
    move || {
        // First out of the way of each other.
        const AWAY: RawFd = 500;
        for (file, to) in files.iter().zip(AWAY..) {
            copy(file.as_raw_fd(), to)?;
        }
        let after = 3 + files.len() as RawFd;
        for (from, to) in (AWAY..).zip(3..after) {
            copy(from, to)?;
        }
        // SAFETY: nothing is used from here on but the standard streams and the copies.
        Errno::result(unsafe { libc::syscall(libc::SYS_close_range, after, libc::c_uint::MAX, 0) })?;
        Ok(())
    }
}

fn copy(from: RawFd, to: RawFd) -> io::Result<()> {
    // SAFETY: takes two numbers; what was open as the second one is not used any more.
    Ok(Errno::result(unsafe { libc::dup2(from, to) }).map(drop)?)
}

/// Closes the standard streams whose bit in `open` is not set. System calls only.
pub fn leave_open(open: u8) -> io::Result<()> {
    (0..3).filter(|stream| open & 1 << stream == 0).try_for_each(|stream| Ok(close(stream)?))
}

/// Has every descriptor but the standard streams closed when a program is executed. Other tests may have some that are not.
pub fn close_others_on_execution() -> io::Result<()> {
    let flag = libc::CLOSE_RANGE_CLOEXEC;
    // SAFETY: takes numbers only.
    Ok(Errno::result(unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, flag) }).map(drop)?)
}

/// Has a descriptor closed when a program is executed.
pub fn close_on_execution(descriptor: RawFd) -> io::Result<()> {
    // SAFETY: takes numbers only.
    Ok(Errno::result(unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) }).map(drop)?)
}

/// The descriptors that a process has open, each with what it is.
pub fn of(pid: Pid) -> Vec<(RawFd, String)> {
    let folder = fs::read_dir(format!("/proc/{pid}/fd")).expect("it lives");
    let entries = folder.map(|entry| entry.expect("it can be read").path());
    let mut open: Vec<(RawFd, String)> = entries
        .filter_map(|path| {
            let number = path.file_name()?.to_str()?.parse().ok()?;
            Some((number, fs::read_link(&path).ok()?.to_str()?.to_owned()))
        })
        .collect();
    open.sort();
    open
}
