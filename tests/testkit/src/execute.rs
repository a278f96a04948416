//! Executes a program by `execveat`, for tests in which `execve` is refused.

use std::ffi::{CString, c_char};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A program and its arguments, with an empty environment, ready for the kernel.
pub struct Words {
    words: Vec<CString>,
    arguments: Vec<usize>,
}

impl Words {
    /// Returns the words of a command line: the program's path, and its arguments.
    ///
    /// # Panics
    /// If a word contains a NUL.
    pub fn new(path: &Path, arguments: &[String]) -> Self {
        let words = c_strings(path, arguments);
        let arguments = addresses(words.iter().map(|word| word.as_ptr()));
        Self { words, arguments }
    }

    /// Executes the program. For a last step; returns only on failure.
    pub fn execute(&self) -> io::Result<()> {
        let (path, environment) = (self.words[0].as_ptr(), [0_usize]);
        // SAFETY: a string, and two lists of the addresses of strings, all of which live until the call returns.
        unsafe {
            let (arguments, environment) = (self.arguments.as_ptr(), environment.as_ptr());
            libc::syscall(libc::SYS_execveat, libc::AT_FDCWD, path, arguments, environment, 0)
        };
        Err(io::Error::last_os_error())
    }
}

/// Returns the words of a command line as C strings.
///
/// # Panics
/// If a word contains a NUL.
pub(crate) fn c_strings(path: &Path, arguments: &[impl AsRef<str>]) -> Vec<CString> {
    let arguments = arguments.iter().map(|argument| argument.as_ref().as_bytes());
    let words = [path.as_os_str().as_bytes()].into_iter().chain(arguments);
    words.map(|word| CString::new(word).expect("no word contains a NUL")).collect()
}

/// Returns the addresses of C strings, with a null pointer at the end, as `execve` takes them. They are numbers because
/// a pointer is not `Send`. A string keeps its address when its owner moves.
pub(crate) fn addresses(pointers: impl Iterator<Item = *const c_char>) -> Vec<usize> {
    pointers.map(|pointer| pointer.expose_provenance()).chain([0]).collect()
}
