//! A last step that executes a program with exactly these environment variables.

use crate::execute::{addresses, c_strings};
use nix::errno::Errno;
use nix::unistd::getpid;
use std::io::{self, Write};
use std::process::Command;

/// A placeholder at the end of a variable: the program's own process ID replaces it.
pub const OWN_PID: &str = "{own process ID}";

/// Returns a last step that executes the program of `command` with its arguments and with `variables`. These have the
/// form `NAME=value`, keep their order, and may repeat a name.
///
/// # Panics
/// If a word contains a NUL.
pub fn execute_with(
    command: &Command,
    variables: &[&str],
) -> impl FnMut() -> io::Result<()> + Send + Sync + 'static + use<> {
    let words = c_strings(command.get_program(), command.get_args());
    let mut variables: Vec<Variable> = variables.iter().map(|variable| Variable::new(variable)).collect();
    let arguments = addresses(words.iter().map(|word| word.as_ptr()));
    let environment = addresses(variables.iter().map(|variable| variable.bytes.as_ptr().cast()));
    move || {
        variables.iter_mut().try_for_each(Variable::insert_pid)?;
        // SAFETY: both lists end with a null pointer, and the strings, which end with a NUL, live in `words` and
        // `variables`.
        unsafe { libc::execve(words[0].as_ptr(), arguments.as_ptr().cast(), environment.as_ptr().cast()) };
        Err(Errno::last().into())
    }
}

/// A variable, with room for a process ID: a last step may not allocate.
struct Variable {
    /// The variable, and at least one NUL.
    bytes: Vec<u8>,
    /// The index at which the process ID begins, if the variable has one.
    pid_at: Option<usize>,
}

impl Variable {
    fn new(variable: &str) -> Self {
        let before = variable.strip_suffix(OWN_PID);
        let bytes = [before.unwrap_or(variable).as_bytes(), &[0; 16]].concat();
        Self { bytes, pid_at: before.map(str::len) }
    }

    fn insert_pid(&mut self) -> io::Result<()> {
        match self.pid_at {
            Some(at) => write!(&mut self.bytes[at..], "{}\0", getpid()),
            None => Ok(()),
        }
    }
}
