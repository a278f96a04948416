//! Reports system calls of a program to a thread of the test, which allows or answers them: a seccomp filter with a listener.

use crate::refused_call::{Filter, install};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl::set_no_new_privs;
use std::fs::File;
use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::ptr;
use std::thread::{self, JoinHandle};

/// Installs the filter in a process, before it executes the program.
pub struct Install {
    filter: Filter,
    socket: UnixStream,
}

/// Receives the reported calls of all processes with the filter.
pub struct Listener(OwnedFd);

/// A reported call. The process waits until it is allowed or answered.
pub struct ReportedCall {
    id: u64,
    /// The process that makes it.
    pub pid: u32,
    /// The number of the system call.
    pub number: libc::c_long,
    /// Its arguments.
    pub arguments: [u64; 6],
}

/// Starts a thread that calls `serve` when the filter has been installed. `filter` gets a descriptor: it must allow
/// `sendmsg` to it, which passes the listener to the thread.
pub fn report<T: Send + 'static>(
    filter: impl FnOnce(RawFd) -> Filter,
    serve: impl FnOnce(Listener) -> io::Result<T> + Send + 'static,
) -> io::Result<(Install, JoinHandle<io::Result<T>>)> {
    let (ours, theirs) = UnixStream::pair()?; // both close on exec
    let thread = thread::spawn(move || receive_descriptor(&ours).and_then(|listener| serve(Listener(listener))));
    Ok((Install { filter: filter(theirs.as_raw_fd()), socket: theirs }, thread))
}

impl Install {
    /// Installs the filter: from now on, calls of this process are reported. System calls only, no allocation.
    pub fn install(&self) -> io::Result<()> {
        set_no_new_privs()?;
        let listener = install(&self.filter, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER)?;
        send_descriptor(&self.socket, listener as RawFd)
    }
}

impl ReportedCall {
    /// Opens the memory of the process, where the pointers among the arguments lead.
    pub fn memory(&self) -> io::Result<File> {
        File::options().read(true).write(true).open(format!("/proc/{}/mem", self.pid))
    }
}

impl Listener {
    /// Waits for a call. Returns `None` when no process with the filter is left.
    pub fn next(&self) -> io::Result<Option<ReportedCall>> {
        loop {
            let mut polled = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
            poll(&mut polled, PollTimeout::NONE)?;
            if !polled[0].revents().unwrap_or(PollFlags::empty()).contains(PollFlags::POLLIN) {
                return Ok(None);
            }
            // SAFETY: the structure is made of numbers, and zero is a valid value for each of them.
            let mut call: libc::seccomp_notif = unsafe { mem::zeroed() };
            // SAFETY: the kernel fills the structure.
            if unsafe { libc::ioctl(self.0.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV, &raw mut call) } == 0 {
                let (id, pid, data) = (call.id, call.pid, call.data);
                return Ok(Some(ReportedCall { id, pid, number: data.nr.into(), arguments: data.args }));
            }
            // The process was killed meanwhile.
        }
    }

    /// Lets the kernel execute the call.
    pub fn allow(&self, call: &ReportedCall) {
        self.respond(call, Ok(0), libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32);
    }

    /// Makes the call return a number, or fail.
    pub fn answer(&self, call: &ReportedCall, result: Result<i32, Errno>) {
        self.respond(call, result, 0);
    }

    fn respond(&self, call: &ReportedCall, result: Result<i32, Errno>, flags: u32) {
        let (value, error) = result.map_or_else(|error| (0, -(error as i32)), |value| (value, 0));
        let mut response = libc::seccomp_notif_resp { id: call.id, val: value.into(), error, flags };
        // It fails if the process was killed meanwhile, and then no response is needed.
        // SAFETY: the kernel reads the structure.
        _ = unsafe { libc::ioctl(self.0.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND, &raw mut response) };
    }
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
