//! Starts the program, and closes the descriptors that only the program needs.

use super::inherited::Inherited;
use super::log;
use super::options::{INIT_OPTIONS, Options};
use super::path_search;
use super::proc::Directory;
use super::terminal::Terminal;
use crate::sys::process::{Pid, fork, getpid, kill};
use crate::sys::signal::{SignalSet, set_mask};
use crate::sys::stack::InitialStack;
use crate::sys::terminal::{make_group_leader, process_group};
use crate::sys::{Errno, file};
use core::ffi::c_int;
use core::ops::ControlFlow::{self, Break, Continue};

/// The program that `init` has started.
pub struct Program {
    /// Its process ID.
    pub pid: Pid,
    /// Its process group: its own, or that of `init`.
    pub group: Pid,
    /// Whether it leads that group.
    pub leads_group: bool,
}

/// Which processes [`Program::signal`] signals.
#[derive(Clone, Copy)]
pub enum Recipient {
    /// The program alone.
    Program,
    /// All of the program's process group, if it leads one.
    Group,
}

impl Program {
    /// Sends `signal` to the program or its group.
    ///
    /// # Errors
    /// The signal did not reach the program, even if it reached others in its group.
    pub fn signal(&self, signal: c_int, recipient: Recipient) -> Result<(), Errno> {
        if matches!(recipient, Recipient::Group) && self.leads_group {
            let result = kill(-self.group, signal);
            // If the program is still in its group, check that it may be signalled: perhaps only others were reached.
            // The kernel allows SIGCONT to every process of the session (`check_kill_permission`).
            if result != Err(Errno::ESRCH) && process_group(self.pid).unwrap_or(self.group) == self.group {
                return if signal == libc::SIGCONT { result } else { result.and(kill(self.pid, 0)) };
            }
        }
        kill(self.pid, signal)
    }
}

/// The process group that a program is started in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// A new one that the program leads.
    New,
    /// That of `init`.
    OfInit,
}

/// Starts the program that the argument at `index` names. Breaks with the status to exit with, in `init` if there is no
/// child, and in the child if the program cannot be executed. In both cases a line has been written.
pub fn start(
    stack: InitialStack,
    index: usize,
    options: &Options,
    inherited: &mut Inherited,
    terminal: &Terminal,
    group: Group,
) -> ControlFlow<c_int, Program> {
    let mut leads_group = group == Group::New;
    inherited.note_before_fork();
    let pid = match fork() {
        Ok(pid) => pid,
        Err(error) => return Break(log::failure(b"cannot fork", error)),
    };
    // Parent and child both make the group, so that it exists before either of them continues. In the child `pid` is 0,
    // which means itself. The parent gets EACCES if the child has made the group and executed the program by now.
    if leads_group
        && let Err(error) = make_group_leader(pid)
        && error != Errno::EACCES
    {
        leads_group = false;
        if pid != 0 {
            log::failure(b"cannot make a process group", error);
        }
    }
    if pid == 0 {
        if leads_group {
            terminal.replace_foreground(terminal.own_group, getpid());
        }
        return Break(become_program(stack, index, options, inherited));
    }
    Continue(Program { pid, group: if leads_group { pid } else { terminal.own_group }, leads_group })
}

/// Executes the program in the child. Returns the status to exit with if that failed.
#[inline(never)] // keeps the buffers of the child out of the parent's stack
fn become_program(stack: InitialStack, index: usize, options: &Options, inherited: &mut Inherited) -> c_int {
    let name = stack.argument(index).unwrap_or(c"");
    let (mut listen, mut watchdog) = ([0; _], [0; _]);
    let mut stack = stack; // declared after the two buffers, because it will point to their contents
    // A service manager addresses one process by these variables (`man 3 sd_listen_fds`, `man 3 sd_watchdog_enabled`).
    inherited.point_to_caller(&mut stack, b"WATCHDOG_PID=", &mut watchdog);
    if inherited.point_to_caller(&mut stack, b"LISTEN_PID=", &mut listen) {
        stack.remove_variable(c"LISTEN_PIDFDID="); // it identifies `init` too, and is optional
    }
    if !options.keeps_variable {
        stack.remove_variable(INIT_OPTIONS); // a nested init must not use our options
    }
    inherited.restore();
    let error = path_search::execute(&mut stack, index);

    // SIGPIPE must not end us before the line is written. This call worked before.
    _ = set_mask(SignalSet::ALL);
    match error {
        Errno::ENOENT => log::joined(name.to_bytes(), b": No such file or directory"),
        Errno::EACCES => log::joined(name.to_bytes(), b": Permission denied"),
        _ => log::line(name.to_bytes(), b" cannot be executed: errno ", Some(error.number())),
    }
    if error == Errno::ENOENT { 127 } else { 126 }
}

/// Closes all descriptors except the standard streams. Call it in `init` after the program was started.
///
/// The program has copies of them. If `init` kept, for example, the writing end of a pipe, a reader would not see its
/// end when the program closes it. The standard streams stay open, because containers write to `/proc/1/fd/1` what
/// their engine should log.
///
/// # Errors
/// Some are still open: neither `close_range` nor `/proc` could be used.
pub fn close_inherited_descriptors() -> Result<(), Errno> {
    // Before Linux 5.9, or if a seccomp profile refuses the call, `init` closes those that /proc lists.
    file::close_range(file::FIRST_AFTER_STREAMS, c_int::MAX).or_else(|_| close_each())
}

fn close_each() -> Result<(), Errno> {
    let directory = Directory::open(c"/proc/self/fd")?;
    let mut descriptors = directory.numbers();
    let mut result = Ok(());
    while let Some(descriptor) = descriptors.take()? {
        if descriptor >= file::FIRST_AFTER_STREAMS && descriptor != directory.descriptor {
            result = file::close(descriptor).and(result);
        }
    }
    result
}
