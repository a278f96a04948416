//! The controlling terminal: finds it, and gives its foreground to the program and back.
//!
//! The program leads a process group of its own. Only the process group in the foreground may read from the terminal,
//! and gets the signals of its keys (`man 7 credentials`, "Process group ID and session ID").

use super::log;
use crate::sys::process::Pid;
use crate::sys::{Errno, file, signal, terminal};
use core::ffi::c_int;

/// The first words of every message about the terminal.
pub const CANNOT_USE: &[u8] = b"cannot use the terminal";

/// The controlling terminal, if there is one.
#[derive(Clone, Copy)]
pub struct Terminal {
    /// The open terminal, if there is one.
    descriptor: Option<c_int>,
    /// The process group of `init`. 0 if its leader is outside of our PID namespace: the kernel names such a foreground
    /// process group 0, too.
    pub own_group: Pid,
}

impl Terminal {
    /// No controlling terminal.
    pub const NONE: Self = Self { descriptor: None, own_group: 0 };

    /// Finds the controlling terminal: it is standard input, or `/dev/tty` opens it.
    ///
    /// # Errors
    /// There is a terminal, but the kernel does not let us see its foreground. Then the program must stay in the
    /// process group of `init`. In another group it would be in the background, and could not read.
    pub fn find() -> Result<Self, Errno> {
        let descriptor = open()?;
        let own_group = match terminal::process_group(0) {
            Err(_) if descriptor.is_none() => 0, // nobody needs it without a terminal
            result => result?,
        };
        Ok(Self { descriptor, own_group })
    }

    /// Checks that `init` may change the foreground. Call it before the program is started.
    ///
    /// # Errors
    /// It may not, and the program must stay in the process group of `init`.
    pub fn probe(&self) -> Result<(), Errno> {
        match self.descriptor {
            Some(descriptor) if terminal::foreground(descriptor) == Ok(self.own_group) => {
                terminal::set_foreground(descriptor, self.own_group) // changes nothing
            }
            _ => Ok(()),
        }
    }

    /// Puts the process group `new` into the foreground if `expected` is there. Returns whether it did.
    pub fn replace_foreground(&self, expected: Pid, new: Pid) -> bool {
        let Some(descriptor) = self.descriptor.filter(|descriptor| terminal::foreground(*descriptor) == Ok(expected))
        else {
            return false;
        };
        let result = terminal::set_foreground(descriptor, new);
        if let Err(error) = result {
            log::failure(CANNOT_USE, error);
        }
        result.is_ok()
    }

    /// Whether `group` is the foreground process group, which gets the signals of the keys. Also true if the terminal
    /// gives no answer: it was hung up, and its last foreground group gets SIGHUP when the session leader exits.
    pub fn is_foreground(&self, group: Pid) -> bool {
        self.descriptor.is_some_and(|descriptor| terminal::foreground(descriptor).unwrap_or(group) == group)
    }

    /// Whether there is a controlling terminal.
    pub fn exists(&self) -> bool {
        self.descriptor.is_some()
    }
}

/// Opens the controlling terminal, unless it is standard input. Returns `None` if there is none, or if it is not for
/// us: a shell without job control starts a background job in the shell's own process group, with SIGINT and SIGQUIT
/// ignored, and `/dev/null` as standard input.
///
/// # Errors
/// There is a terminal, but the kernel does not let us see its foreground.
fn open() -> Result<Option<c_int>, Errno> {
    let error = match terminal::foreground(libc::STDIN_FILENO) {
        Ok(_) => return Ok(Some(libc::STDIN_FILENO)),
        Err(error) => error,
    };
    if signal::is_ignored(libc::SIGINT) && signal::is_ignored(libc::SIGQUIT) {
        return Ok(None);
    }
    let opened = match file::open(file::CURRENT_DIRECTORY, c"/dev/tty", libc::O_RDWR | libc::O_NOCTTY) {
        Ok(opened) => opened,
        // There is no controlling terminal, or this container has no device node for it.
        Err(Errno::ENXIO | Errno::ENOENT) => return Ok(None),
        Err(_) if matches!(error, Errno::ENOTTY | Errno::EBADF) => return Ok(None),
        Err(_) => return Err(error), // neither standard input nor /dev/tty gives an answer
    };
    // Otherwise our messages could reach the terminal by the number of a standard stream that was closed.
    let copy = file::move_after_streams(opened)?;
    terminal::foreground(copy)?; // after an error the copy stays open, which does no harm
    Ok(Some(copy))
}
