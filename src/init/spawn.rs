//! Starts the program as the only child, and closes the descriptors that only the program needs.

use super::inherited::Inherited;
use super::job_control::Terminal;
use super::log;
use super::options::{Options, VARIABLE};
use super::path_search;
use super::proc::Directory;
use crate::sys::process::{Pid, fork, getpid, kill};
use crate::sys::signal::{SignalSet, set_mask};
use crate::sys::stack::InitialStack;
use crate::sys::terminal::{make_group_leader, process_group};
use crate::sys::{Errno, file};
use core::ffi::c_int;

/// The first descriptor after the standard streams.
pub const FIRST_DESCRIPTOR: c_int = 3;

/// The program that `init` has started.
pub struct Program {
    pub pid: Pid,
    /// Its process group: its own, or that of `init`.
    pub group: Pid,
    /// Whether it leads that group.
    pub leads_group: bool,
}

impl Program {
    /// Sends `signal` to the program, or, if `to_group` and the program was made the leader of a process group, to that group.
    ///
    /// # Errors
    /// The program was not reached, even if others in its group were.
    pub fn signal(&self, signal: c_int, to_group: bool) -> Result<(), Errno> {
        if to_group && self.leads_group {
            let result = kill(-self.group, signal);
            // Unless the program has left its group, see whether it may be signalled: others may have been reached.
            if result != Err(Errno::ESRCH) && process_group(self.pid).unwrap_or(self.group) == self.group {
                return result.and(kill(self.pid, 0));
            }
        }
        kill(self.pid, signal)
    }
}

/// Starts the program that the argument at `index` names, as the leader of a process group or in that of `init`.
///
/// # Errors
/// The status to exit with: that of `init`, if no child could be made, or of the child itself, if the program could not be
/// executed. In both cases a line has been written.
pub fn start(
    stack: InitialStack,
    index: usize,
    options: &Options,
    inherited: &mut Inherited,
    terminal: &Terminal,
    mut leads_group: bool,
) -> Result<Program, c_int> {
    inherited.note_before_fork();
    let pid = fork().map_err(|error| log::failure(b"cannot fork", error))?;
    // Parent and child both do this, so that it is done when either of them goes on. For the child, `pid` is 0: itself.
    // The parent is told EACCES if the child has done it, and has executed the program by now.
    if leads_group
        && let Err(error) = make_group_leader(pid)
        && error != Errno::EACCES
    {
        leads_group = false;
        if pid != 0 {
            log::failure(b"cannot make a process group", error);
        }
    }
    match pid {
        0 => {
            if leads_group {
                terminal.hand_over(terminal.own_group, getpid());
            }
            Err(become_program(stack, index, options, inherited))
        }
        _ => Ok(Program { pid, group: if leads_group { pid } else { terminal.own_group }, leads_group }),
    }
}

/// What the child does: executes the program. Returns the status to exit with if that failed.
#[inline(never)] // the parent's stack is not to have room for this
fn become_program(stack: InitialStack, index: usize, options: &Options, inherited: &mut Inherited) -> c_int {
    let name = stack.argument(index).unwrap_or(c"");
    let (mut listen, mut watchdog) = ([0; _], [0; _]);
    let mut stack = stack; // from here on it may point to what is in these
    // By these a service manager addresses a process (`man 3 sd_listen_fds`, `man 3 sd_watchdog_enabled`).
    inherited.readdress(&mut stack, b"WATCHDOG_PID=", &mut watchdog);
    if inherited.readdress(&mut stack, b"LISTEN_PID=", &mut listen) {
        stack.replace_variables(b"LISTEN_PIDFDID=", None); // also identifies `init`, and is optional
    }
    if !options.keeps_variable {
        stack.replace_variables(VARIABLE, None); // a nested init is not to take it
    }
    inherited.restore();
    let error = path_search::execute(&mut stack, index);

    // SIGPIPE must not end us before the line is written. This was allowed before.
    _ = set_mask(SignalSet::ALL);
    match error {
        Errno::ENOENT => log::line(name.to_bytes(), b": No such file or directory", None),
        Errno::EACCES => log::line(name.to_bytes(), b": Permission denied", None),
        _ => log::line(name.to_bytes(), b" cannot be executed: error ", Some(error.number())),
    }
    if error == Errno::ENOENT { 127 } else { 126 }
}

/// Closes all descriptors but the standard streams, in `init` after the program was started.
///
/// The program has copies of them. When it closes its own, nobody else is to hold, say, the writing end of a pipe. The
/// standard streams stay open: containers write to `/proc/1/fd/1` what their engine is to log.
pub fn close_inherited_descriptors() -> Result<(), Errno> {
    // Before Linux 5.9, or refused: one after the other, where /proc can tell which are open.
    file::close_range(FIRST_DESCRIPTOR, c_int::MAX).or_else(|_| close_each())
}

fn close_each() -> Result<(), Errno> {
    let directory = Directory::open(c"/proc/self/fd")?;
    let mut descriptors = directory.numbers();
    loop {
        match descriptors.take()? {
            -1 => return Ok(()),
            descriptor if descriptor < FIRST_DESCRIPTOR || descriptor == directory.descriptor => {}
            descriptor => file::close(descriptor)?,
        }
    }
}
