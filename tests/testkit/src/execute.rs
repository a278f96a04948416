//! Executes a program by `execveat`, for tests in which `execve` is refused.

use std::ffi::{CString, OsStr, c_char};
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
        let words = c_strings(path.as_os_str(), arguments);
        let arguments = addresses(words.iter().map(|word| word.as_ptr()));
        Self { words, arguments }
    }

    /// Executes the program. For a last step; returns only on failure.
    pub fn execute(&self) -> io::Result<()> {
        let (path, environment) = (self.words[0].as_ptr(), [0_usize]);
        // SAFETY: a string, and two lists of the addresses of strings. All of them live until the call returns.
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
pub(crate) fn c_strings(path: &OsStr, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Vec<CString> {
    let c_string = |word: &OsStr| CString::new(word.as_bytes()).expect("no word contains a NUL");
    let arguments = arguments.into_iter().map(|argument| c_string(argument.as_ref()));
    [c_string(path)].into_iter().chain(arguments).collect()
}

/// Returns the addresses of C strings, and a null pointer at the end, as `execve` takes them: as numbers, because a
/// pointer is not `Send`. A string keeps its address when its owner moves.
pub(crate) fn addresses(pointers: impl Iterator<Item = *const c_char>) -> Vec<usize> {
    pointers.map(|pointer| pointer.expose_provenance()).chain([0]).collect()
}
