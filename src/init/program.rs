//! Finds the program and starts it, with the signal mask and dispositions that were given to us.

use super::options::Options;
use super::terminal::Terminal;
use crate::args::{Args, Str};
use crate::message;
use crate::signals;
use crate::sys::{self, Action, Errno, SignalSet, process};
use crate::text::Text;
use core::ffi::{CStr, c_int};

/// Where to look if there is no `PATH`: what `confstr(_CS_PATH)` answers.
const DEFAULT_PATH: &CStr = c"/bin:/usr/bin";

/// Who runs a script that does not say so itself.
const SHELL: &CStr = c"/bin/sh";

/// What a program gets from us, though we have something else ourselves.
pub struct Inheritance {
    pub mask: SignalSet,
    /// What SIGCHLD does: we need the default, as a process that ignores it does not hear how its children ended.
    pub on_child: Action,
}

/// Starts the program that `options` name, as the only child, and returns its process ID.
///
/// # Errors
/// The status to leave with: that of this process, where no child could be made, or of the child itself, where the
/// program could not be executed. In both cases that has been said.
pub fn start(
    args: &mut Args,
    options: &Options,
    inheritance: &mut Inheritance,
    terminal: &Terminal,
) -> Result<c_int, c_int> {
    let child = process::fork().map_err(|error| message::failure(c"cannot fork: error ", error))?;
    // Both do this. Whoever comes first: from here on signals reach the program's group.
    if !options.has(b'c') {
        _ = process::setpgid(child);
    }
    match child {
        0 => Err(become_program(args, options, inheritance, terminal)),
        _ => Ok(child),
    }
}

/// What the child does. Returns the status to leave with, where the program could not be executed, which has been said.
#[inline(never)] // the room that it takes on the stack is not to be part of what the parent has
fn become_program(args: &mut Args, options: &Options, inheritance: &mut Inheritance, terminal: &Terminal) -> c_int {
    if !options.has(b'c') {
        terminal.give(sys::getpid());
    }
    _ = sys::exchange_action(libc::SIGCHLD, &mut inheritance.on_child);
    _ = sys::rt_sigprocmask(inheritance.mask);
    let name = args.get(options.program).unwrap_or(c"".into());
    let error = execute(args, options.program, name);

    _ = signals::block_all(); // SIGPIPE among them
    let (why, number) = match error {
        Errno::ENOENT => (c": No such file or directory\n", 0),
        Errno::EACCES => (c": Permission denied\n", 0),
        _ => (c" cannot be executed: error ", error.number()),
    };
    message::line(name, why, number);
    if error == Errno::ENOENT { 127 } else { 126 }
}

/// Executes the program as `execvp` does, and returns why that was not possible.
fn execute(args: &mut Args, program: usize, name: Str) -> Errno {
    // An empty name is no file, and without a search that is found out.
    if { name }.any(|byte| byte == b'/') || { name }.next().is_none() {
        return try_path(args, program, name);
    }
    let mut path = args.environment().get(c"PATH").unwrap_or(DEFAULT_PATH.into());
    let mut result = Errno::ENOENT;
    loop {
        let mut candidate = Text::EMPTY;
        let mut end = path.next();
        while let Some(byte) = end
            && byte != b':'
        {
            candidate.push(byte);
            end = path.next();
        }
        if !candidate.bytes().is_empty() {
            candidate.push(b'/'); // a folder without a name is the current one
        }
        candidate.push_all(name);
        if let Some(candidate) = candidate.string() {
            let error = try_path(args, program, candidate);
            match error.number() {
                libc::EACCES => result = error, // what comes later in the path may be better
                libc::ENOENT | libc::ENOTDIR | libc::ENODEV => {}
                libc::ETIMEDOUT..=libc::ESTALE => {} // the network, for both and what is between
                _ => return error,
            }
        }
        if end.is_none() {
            return result;
        }
    }
}

/// Executes the file at `path`; by the shell where it is a script that does not say who runs it.
fn try_path(args: &mut Args, program: usize, path: Str) -> Errno {
    let environment = args.environment();
    let error = process::execve(path, &args.from(program), environment);
    if error == Errno::ENOEXEC
        && let Some(vector) = args.shell_vector(program, SHELL.into(), path)
    {
        process::execve(SHELL.into(), &vector, environment);
    }
    error
}
