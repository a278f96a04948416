//! Records which system calls a program makes: a seccomp filter reports each of them to a thread of the test.

use crate::refused_call::{Filter, action, if_equal, install, load, low_half_of_argument};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl::set_no_new_privs;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::mem::{self, offset_of};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::ptr;
use std::thread::{self, JoinHandle};

/// Installs the filter in the recorded process, before it executes the program.
pub struct Install {
    filter: Filter,
    socket: UnixStream,
}

/// A thread that allows every reported call, and records its number if this program made it.
pub struct Recording(JoinHandle<io::Result<BTreeSet<libc::c_long>>>);

/// Starts to record the calls of the program at this path: the calls of every process that executes it, and of its
/// children until they execute another program.
pub fn record(program: &Path) -> io::Result<(Install, Recording)> {
    let (ours, theirs) = UnixStream::pair()?; // both close on exec
    let program = program.to_owned();
    let thread = thread::spawn(move || receive_descriptor(&ours).and_then(|listener| listen(&listener, &program)));
    Ok((Install { filter: filter(theirs.as_raw_fd()), socket: theirs }, Recording(thread)))
}

impl Install {
    /// Installs the filter: from now on, every call of this process is reported. System calls only, no allocation.
    pub fn install(&self) -> io::Result<()> {
        set_no_new_privs()?;
        let listener = install(&self.filter, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER)?;
        send_descriptor(&self.socket, listener as RawFd)
    }
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

/// The control data of a message, with room for one descriptor, and aligned.
type Control = [u64; 4];

/// Calls `transfer` with a message of one byte that has room for a descriptor.
fn with_message<T>(control: &mut Control, transfer: impl FnOnce(&mut libc::msghdr) -> io::Result<T>) -> io::Result<T> {
    let mut byte = 0_u8;
    let mut part = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 1 };
    // SAFETY: the structure is made of numbers and pointers, and zero is a valid value for each of them.
    let mut message: libc::msghdr = unsafe { mem::zeroed() };
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    // SAFETY: computes a size.
    message.msg_controllen = unsafe { libc::CMSG_SPACE(size_of::<RawFd>() as u32) } as _;
    transfer(&mut message)
}

fn send_descriptor(socket: &UnixStream, descriptor: RawFd) -> io::Result<()> {
    with_message(&mut [0; 4], |message| {
        // SAFETY: the message has room for one header and one descriptor. The kernel reads both.
        Errno::result(unsafe {
            let header = libc::CMSG_FIRSTHDR(message);
            (*header).cmsg_level = libc::SOL_SOCKET;
            (*header).cmsg_type = libc::SCM_RIGHTS;
            (*header).cmsg_len = libc::CMSG_LEN(size_of::<RawFd>() as u32) as _;
            ptr::write_unaligned(libc::CMSG_DATA(header).cast(), descriptor);
            libc::sendmsg(socket.as_raw_fd(), message, 0)
        })?;
        Ok(())
    })
}

fn receive_descriptor(socket: &UnixStream) -> io::Result<OwnedFd> {
    with_message(&mut [0; 4], |message| {
        // SAFETY: the kernel writes to the message, which has room for one header and one descriptor.
        unsafe {
            Errno::result(libc::recvmsg(socket.as_raw_fd(), message, libc::MSG_CMSG_CLOEXEC))?;
            let header = libc::CMSG_FIRSTHDR(message);
            if header.is_null() {
                return Err(io::Error::other("the filter was not installed: is there another listener already?"));
            }
            Ok(OwnedFd::from_raw_fd(ptr::read_unaligned(libc::CMSG_DATA(header).cast())))
        }
    })
}

/// Allows and records calls until no process with the filter is left.
fn listen(listener: &OwnedFd, program: &Path) -> io::Result<BTreeSet<libc::c_long>> {
    let mut numbers = BTreeSet::new();
    let identity = identity(program)?;
    loop {
        let mut polled = [PollFd::new(listener.as_fd(), PollFlags::POLLIN)];
        poll(&mut polled, PollTimeout::NONE)?;
        if !polled[0].revents().unwrap_or(PollFlags::empty()).contains(PollFlags::POLLIN) {
            return Ok(numbers);
        }
        // SAFETY: the structure is made of numbers, and zero is a valid value for each of them.
        let mut call: libc::seccomp_notif = unsafe { mem::zeroed() };
        // SAFETY: the kernel fills the structure.
        if unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV, &raw mut call) } != 0 {
            continue; // the process was killed meanwhile
        }
        let executed = PathBuf::from(format!("/proc/{}/exe", call.pid));
        if self::identity(&executed).is_ok_and(|executed| executed == identity) {
            numbers.insert(call.data.nr.into());
        }
        let flags = libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32;
        let mut response = libc::seccomp_notif_resp { id: call.id, val: 0, error: 0, flags };
        // It fails if the process was killed meanwhile, and then no response is needed.
        // SAFETY: the kernel reads the structure.
        _ = unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND, &raw mut response) };
    }
}

/// Returns the device and inode of a file.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}
