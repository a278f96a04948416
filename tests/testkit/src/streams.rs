//! Streams for standard error: full pipes and terminals.

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::pty::openpty;
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};

/// Writes to a pipe or socket until it is full, and leaves it blocking.
pub fn fill(end: impl Into<OwnedFd>) -> File {
    let end = File::from(end.into());
    set_flags(&end, OFlag::O_NONBLOCK);
    while (&end).write(b"x").is_ok() {}
    set_flags(&end, OFlag::empty());
    end
}

/// Sets the `O_` status flags of an open file.
pub fn set_flags(file: impl AsFd, flags: OFlag) {
    fcntl(file, FcntlArg::F_SETFL(flags)).expect("the descriptor is open");
}

/// Opens a pseudo-terminal, and returns its master and its slave. They close on exec: programs that other tests start
/// meanwhile do not hold them open.
pub fn unused_terminal() -> (File, File) {
    let pty = openpty(None, None).expect("a terminal");
    for side in [&pty.master, &pty.slave] {
        fcntl(side, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("the descriptor is open");
    }
    (pty.master.into(), pty.slave.into())
}
