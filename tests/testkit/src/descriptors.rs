//! Last steps that choose the descriptors which a program inherits, the descriptors that a process has open, and the path
//! of one of them.

use nix::errno::Errno;
use nix::unistd::{Pid, close};
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::PathBuf;
use std::process;
use std::sync::Arc;

/// The path of a file that this process has open, for other processes. The file needs no name.
pub fn path_of(file: &impl AsRawFd) -> PathBuf {
    format!("/proc/{}/fd/{}", process::id(), file.as_raw_fd()).into()
}

/// Returns a last step that copies `files` to the descriptors from 3 on, inheritable, and closes all that follow.
/// System calls only.
pub fn put(files: &Arc<Vec<OwnedFd>>) -> impl FnMut() -> io::Result<()> + Send + Sync + 'static {
    let files = files.clone();
    move || {
        // Through high descriptors, so that no copy overwrites a file that is still to be copied.
        const HIGH: RawFd = 500;
        for (file, to) in files.iter().zip(HIGH..) {
            copy(file.as_raw_fd(), to)?;
        }
        let end = 3 + files.len() as RawFd;
        for (from, to) in (HIGH..).zip(3..end) {
            copy(from, to)?;
        }
        // SAFETY: from here on, this process uses only the standard streams and the copies.
        Errno::result(unsafe { libc::syscall(libc::SYS_close_range, end, libc::c_uint::MAX, 0) })?;
        Ok(())
    }
}

fn copy(from: RawFd, to: RawFd) -> io::Result<()> {
    // SAFETY: takes two numbers. This process no longer uses what was open as `to`.
    Ok(Errno::result(unsafe { libc::dup2(from, to) }).map(drop)?)
}

/// Closes the standard streams whose bit in `open` is not set. System calls only.
pub fn leave_open(open: u8) -> io::Result<()> {
    (0..3).filter(|stream| open & 1 << stream == 0).try_for_each(|stream| Ok(close(stream)?))
}

/// Makes every descriptor except the standard streams close-on-exec. Other tests may have inheritable ones.
pub fn close_others_on_execution() -> io::Result<()> {
    let flag = libc::CLOSE_RANGE_CLOEXEC;
    // SAFETY: takes numbers only.
    match Errno::result(unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, flag) }) {
        Err(Errno::EINVAL) => (3..1024).for_each(|descriptor| _ = close_on_execution(descriptor)), // before Linux 5.11
        result => _ = result?,
    }
    Ok(())
}

/// Makes a descriptor close-on-exec.
pub fn close_on_execution(descriptor: RawFd) -> io::Result<()> {
    // SAFETY: takes numbers only.
    Ok(Errno::result(unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) }).map(drop)?)
}

/// Returns the descriptors that a process has open, in order, each with the target of its link in `/proc`.
pub fn of(pid: Pid) -> Vec<(RawFd, String)> {
    let folder = fs::read_dir(format!("/proc/{pid}/fd")).expect("the process is alive");
    let entries = folder.map(|entry| entry.expect("the folder can be read").path());
    let mut open: Vec<(RawFd, String)> = entries
        .filter_map(|path| {
            let number = path.file_name()?.to_str()?.parse().ok()?;
            Some((number, fs::read_link(&path).ok()?.to_str()?.to_owned()))
        })
        .collect();
    open.sort();
    open
}
