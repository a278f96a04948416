//! A last step before a program begins: executes it with exactly these variables.

use nix::errno::Errno;
use nix::unistd::getpid;
use std::ffi::{CString, c_char};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

/// Stands for the ID of the process that executes the program, at the end of a variable.
pub const OWN_PID: &str = "{own process ID}";

/// Executes the program of `command` with its arguments and with `variables`, which are `NAME=value`, in this order. A name
/// may be there twice. To be called between fork and exec: system calls only, no allocation.
///
/// # Panics
/// If a NUL is in a word.
pub fn execute_with(
    command: &Command,
    variables: &[&str],
) -> impl FnMut() -> io::Result<()> + Send + Sync + 'static + use<> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<CString> = words.map(|word| CString::new(word.as_bytes()).expect("no NUL is in it")).collect();
    let mut variables: Vec<Variable> = variables.iter().map(|variable| Variable::new(variable)).collect();
    // Addresses as numbers, since a pointer is not `Send`. A string stays where it is while its owner moves.
    let arguments = vector(words.iter().map(|word| word.as_ptr()));
    let environment = vector(variables.iter().map(|variable| variable.bytes.as_ptr().cast()));
    move || {
        for variable in &mut variables {
            variable.fill_in()?;
        }
        // SAFETY: both vectors end with a null pointer, and the strings, which end with a NUL, live in `words` and
        // `variables`.
        unsafe { libc::execve(words[0].as_ptr(), arguments.as_ptr().cast(), environment.as_ptr().cast()) };
        Err(Errno::last().into())
    }
}

/// Addresses, and a null pointer at the end.
fn vector(pointers: impl Iterator<Item = *const c_char>) -> Vec<usize> {
    pointers.map(|pointer| pointer.expose_provenance()).chain([0]).collect()
}

/// A variable, with room for a process ID.
struct Variable {
    /// They end with a NUL.
    bytes: Vec<u8>,
    /// Where the process ID is to be.
    pid_at: Option<usize>,
}

impl Variable {
    fn new(variable: &str) -> Self {
        let before = variable.strip_suffix(OWN_PID);
        let bytes = [before.unwrap_or(variable).as_bytes(), &[0; 16]].concat();
        Self { bytes, pid_at: before.map(str::len) }
    }

    fn fill_in(&mut self) -> io::Result<()> {
        match self.pid_at {
            Some(at) => write!(&mut self.bytes[at..], "{}\0", getpid()),
            None => Ok(()),
        }
    }
}
