//! Lets the kernel reap, if it can tell afterwards how the program has ended. Then no orphan is a zombie, even if `init`
//! is starved of CPU, stopped or frozen.

use super::text::{parse_number, take_part};
use crate::sys::process::{Pid, WaitStatus};
use crate::sys::signal::{Action, set_action};
use crate::sys::system::{self, RELEASE_LENGTH};
use crate::sys::{Errno, file, pidfd};
use core::ffi::c_int;

/// The first Linux that remembers how a reaped process has ended.
const FIRST_RELEASE: (c_int, c_int) = (6, 15);

/// The program, whose status the kernel remembers.
pub struct KernelReaping {
    pidfd: c_int,
}

impl KernelReaping {
    /// Makes the kernel reap from now on. Children may have died before: look for them after this call, also because a
    /// new action discards a pending SIGCHLD. Returns `None` if the kernel could not tell the program's status: then
    /// children stay zombies until `init` reaps them.
    ///
    /// The release is asked for because a live process tells nothing: its descriptor answers alike on older kernels.
    pub fn begin(program: Pid) -> Option<Self> {
        let mut buffer = [0; RELEASE_LENGTH];
        if parse_release(system::release(&mut buffer).ok()?)? < FIRST_RELEASE {
            return None;
        }
        // While the kernel does not reap yet, this process ID is that of the program.
        let reaping = Self { pidfd: pidfd::open(program).ok()? };
        match reaping.program_status() {
            Ok(None) if set_action(libc::SIGCHLD, &Action::default_with(libc::SA_NOCLDWAIT)).is_ok() => Some(reaping),
            // A seccomp profile may refuse the question, or let it succeed without an answer.
            _ => {
                _ = file::close(reaping.pidfd); // nobody else has it
                None
            }
        }
    }

    /// Whether the program has ended, also if the kernel has yet to reap it.
    pub fn has_ended(&self) -> bool {
        // If the kernel has reaped it, the event comes with POLLHUP (`pidfd_poll`). If this is refused, the program may
        // have ended: then `init` looks for the status more often.
        file::poll(self.pidfd, libc::POLLIN).map_or(true, |events| events & libc::POLLIN != 0)
    }

    /// Returns how the program has ended, or `None` if it was not reaped yet. Fails if the kernel cannot tell.
    pub fn program_status(&self) -> Result<Option<WaitStatus>, Errno> {
        pidfd::exit_status(self.pidfd)
    }
}

/// Returns the first two numbers of a kernel's release, such as 6 and 15 for `6.15.3-generic`.
pub fn parse_release(release: &[u8]) -> Option<(c_int, c_int)> {
    let mut rest = Some(release);
    let mut number = || parse_number(take_part(&mut rest, b'.')?);
    Some((number()?, number()?))
}

#[cfg(test)]
mod tests {
    use super::{KernelReaping, parse_release};
    use crate::sys::pidfd;
    use std::process::Command;

    #[test]
    fn a_program_that_was_reaped_has_ended() {
        let mut program = Command::new("cat").stdin(std::process::Stdio::piped()).spawn().expect("cat exists");
        let pidfd = pidfd::open(program.id() as i32).expect("it was not reaped");
        let reaping = KernelReaping { pidfd };
        assert!(!reaping.has_ended());
        program.wait().expect("it is our child"); // closes its standard input
        assert!(reaping.has_ended());
    }

    #[test]
    fn a_release_begins_with_two_numbers() {
        for (release, expected) in [
            ("6.15.3-generic", Some((6, 15))),
            ("6.15.0-rc1", Some((6, 15))),
            ("7.2.12+deb14-amd64", Some((7, 2))),
            ("10.0.0\0\0", Some((10, 0))),
            ("6.15-rc1", None), // Linux always has three numbers
            ("6", None),
            ("99999999999.1.1", None),
            ("", None),
        ] {
            assert_eq!(parse_release(release.as_bytes()), expected, "{release}");
        }
    }
}
