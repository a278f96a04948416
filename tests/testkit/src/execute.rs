//! A program that is executed by another system call than `execve`, where that is refused.

use std::ffi::{CString, c_char};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

/// A program and its arguments, with an empty environment, as the kernel takes them.
pub struct Words {
    words: Vec<CString>,
    /// The addresses of the words, and a 0.
    addresses: Vec<usize>,
}

impl Words {
    /// # Panics
    /// Where a word contains a byte of 0.
    pub fn new(path: &Path, arguments: &[String]) -> Self {
        let arguments = arguments.iter().map(|argument| argument.as_bytes());
        let words = [path.as_os_str().as_bytes()].into_iter().chain(arguments);
        let words: Vec<_> = words.map(|word| CString::new(word).expect("a word of a command line")).collect();
        let addresses = words.iter().map(|word| word.as_ptr().expose_provenance()).chain([0]).collect();
        Self { words, addresses }
    }

    /// Executes the program, as the last step before another one would be. Returns where that failed.
    pub fn execute(&self) -> io::Result<()> {
        let path: *const c_char = self.words.first().map_or(ptr::null(), |word| word.as_ptr());
        let environment = [0_usize];
        // SAFETY: a string, and two lists of the addresses of strings, all of which live until the call returns.
        unsafe {
            let (arguments, environment) = (self.addresses.as_ptr(), environment.as_ptr());
            libc::syscall(libc::SYS_execveat, libc::AT_FDCWD, path, arguments, environment, 0)
        };
        Err(io::Error::last_os_error())
    }
}
