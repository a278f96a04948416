//! The controlling terminal: finds it, and gives its foreground to the program and back.
//!
//! The program leads a process group of its own. Only the process group in the foreground may read from the terminal, and
//! gets the signals of its keys (`man 7 credentials`, "Process groups and job control").

use super::log;
use super::spawn::FIRST_DESCRIPTOR;
use crate::sys::process::Pid;
use crate::sys::{Errno, file, signal, terminal};
use core::ffi::c_int;

/// The first words of every message about the terminal.
pub const CANNOT_USE: &[u8] = b"cannot use the terminal";

/// The descriptor of no file.
const NO_DESCRIPTOR: c_int = -1;

/// The controlling terminal, or the fact that there is none.
#[derive(Clone, Copy)]
pub struct Terminal {
    /// The open terminal, or [`NO_DESCRIPTOR`].
    descriptor: c_int,
    /// The process group of `init`, or 0 if its leader is outside of our PID namespace.
    pub own_group: Pid,
}

impl Terminal {
    /// No controlling terminal.
    pub const NONE: Self = Self { descriptor: NO_DESCRIPTOR, own_group: 0 };

    /// Finds the controlling terminal: it is standard input, or `/dev/tty` opens it.
    ///
    /// # Errors
    /// There is a terminal, but the kernel does not let us see its foreground. Then the program must stay in the process
    /// group of `init`. In another group it would be in the background, and could not read.
    pub fn find() -> Result<Self, Errno> {
        let descriptor = open()?;
        let own_group = match terminal::process_group(0) {
            Err(_) if descriptor == NO_DESCRIPTOR => 0, // nobody needs it without a terminal
            result => result?,
        };
        Ok(Self { descriptor, own_group })
    }

    /// Checks that `init` may change the foreground. Call it before the program is started.
    ///
    /// # Errors
    /// It may not, and the program must stay in the process group of `init`.
    pub fn probe(&self) -> Result<(), Errno> {
        if self.foreground() == Ok(self.own_group) {
            terminal::set_foreground(self.descriptor, self.own_group)?; // changes nothing
        }
        Ok(())
    }

    /// Puts the process group `to` into the foreground if `from` is there. Returns whether it did.
    pub fn hand_over(&self, from: Pid, to: Pid) -> bool {
        if self.foreground() != Ok(from) {
            return false;
        }
        let result = terminal::set_foreground(self.descriptor, to);
        if let Err(error) = result {
            log::failure(CANNOT_USE, error);
        }
        result.is_ok()
    }

    /// Whether a key of the terminal sends its signal to a process group, because the group is in the foreground. Also true
    /// if the terminal was hung up: the group got SIGHUP then.
    pub fn reaches(&self, group: Pid) -> bool {
        self.exists() && self.foreground().unwrap_or(group) == group
    }

    /// Whether there is a controlling terminal.
    pub fn exists(&self) -> bool {
        self.descriptor != NO_DESCRIPTOR
    }

    /// Returns the process group in the foreground.
    fn foreground(&self) -> Result<Pid, Errno> {
        terminal::foreground(self.descriptor)
    }
}

/// Opens the controlling terminal, unless it is standard input. Returns [`NO_DESCRIPTOR`] if there is none, or if it belongs
/// to somebody else: a shell without job control starts a background job in its own process group, ignores SIGINT and SIGQUIT
/// for it, and takes the terminal away from its standard input.
///
/// # Errors
/// There is a terminal, but the kernel does not let us see its foreground.
fn open() -> Result<c_int, Errno> {
    let error = match terminal::foreground(libc::STDIN_FILENO) {
        Ok(_) => return Ok(libc::STDIN_FILENO),
        Err(error) => error,
    };
    if signal::is_ignored(libc::SIGINT) && signal::is_ignored(libc::SIGQUIT) {
        return Ok(NO_DESCRIPTOR);
    }
    let opened = match file::open(file::CURRENT_DIRECTORY, c"/dev/tty", libc::O_RDWR | libc::O_NOCTTY) {
        Ok(opened) => opened,
        // There is no controlling terminal, or this container has no device node for it.
        Err(Errno::ENXIO | Errno::ENOENT) => return Ok(NO_DESCRIPTOR),
        Err(_) if matches!(error, Errno::ENOTTY | Errno::EBADF) => return Ok(NO_DESCRIPTOR),
        Err(_) => return Err(error), // neither standard input nor /dev/tty gives an answer
    };
    // A standard stream that was closed must stay closed: otherwise our messages could reach the terminal by its number.
    let copy = file::duplicate(opened, FIRST_DESCRIPTOR);
    _ = file::close(opened); // it is open, and the kernel closes it even if that reports an error
    let copy = copy?;
    terminal::foreground(copy)?; // after an error the copy stays open, which does no harm
    Ok(copy)
}
