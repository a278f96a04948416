//! A last step that executes a program with exactly these environment variables.

use crate::execute::addresses;
use nix::errno::Errno;
use nix::unistd::getpid;
use std::ffi::CString;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

/// Stands for the program's own process ID, at the end of a variable.
pub const OWN_PID: &str = "{own process ID}";

/// Executes the program of `command` with its arguments and with `variables`. These have the form `NAME=value`, keep
/// their order, and may repeat a name. For a last step: system calls only, no allocation.
///
/// # Panics
/// If a word contains a NUL.
pub fn execute_with(
    command: &Command,
    variables: &[&str],
) -> impl FnMut() -> io::Result<()> + Send + Sync + 'static + use<> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<CString> =
        words.map(|word| CString::new(word.as_bytes()).expect("no word contains a NUL")).collect();
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

/// A variable, with room for a process ID.
struct Variable {
    /// The variable, up to a NUL.
    bytes: Vec<u8>,
    /// Where the process ID begins, if there is to be one.
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
