//! Executes a program as `execvp` does: a name without a slash is searched for in `PATH`.

use super::text::{Text, take_part};
use crate::sys::Errno;
use crate::sys::stack::InitialStack;
use core::ffi::CStr;

/// The search path if `PATH` is not set: the value of `confstr(_CS_PATH)` in the GNU C library.
const DEFAULT_PATH: &CStr = c"/bin:/usr/bin";

/// The shell that executes a script without `#!`.
const SHELL: &CStr = c"/bin/sh";

/// Executes the program that the argument at `index` names, with the arguments from there on. Returns only if that
/// fails.
pub fn execute(stack: &mut InitialStack, index: usize) -> Errno {
    let name = stack.argument(index).unwrap_or(c"");
    // An empty name is not searched for. The kernel answers ENOENT.
    #[expect(
        clippy::manual_contains,
        reason = "`contains` takes several times as much code, to be fast for long slices"
    )]
    let has_slash = name.to_bytes().iter().any(|byte| *byte == b'/');
    if name.is_empty() || has_slash {
        return execute_file(stack, index, name);
    }
    let mut result = Errno::ENOENT;
    let mut directories = Some(stack.variable(c"PATH=").unwrap_or(DEFAULT_PATH).to_bytes());
    while let Some(directory) = take_part(&mut directories, b':') {
        let mut buffer = [0; libc::PATH_MAX as usize];
        let mut path = Text::new(&mut buffer);
        path.push(directory);
        if !directory.is_empty() {
            path.push_byte(b'/'); // an empty entry means the current directory
        }
        path.push(name.to_bytes());
        if path.is_full() {
            continue; // it may be longer than a path can be
        }
        let error = execute_file(stack, index, path.into_string());
        match error.number() {
            libc::EACCES => result = error, // another directory may have a program that can be executed
            libc::ENOENT | libc::ENOTDIR | libc::ENODEV | libc::ETIMEDOUT | libc::ESTALE => {}
            _ => return error,
        }
    }
    result
}

/// Executes the file at `path`. The shell executes it if it is a script without `#!`.
fn execute_file(stack: &mut InitialStack, index: usize, path: &CStr) -> Errno {
    match stack.execute(path, index) {
        Errno::ENOEXEC => {
            stack.execute_script(SHELL, path, index); // returns only if the shell cannot be executed
            Errno::ENOEXEC
        }
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use super::DEFAULT_PATH;
    use std::process::Command;

    #[test]
    fn the_default_path_is_that_of_the_c_library() {
        let output = Command::new("getconf").arg("PATH").output().expect("the C library has getconf");
        assert_eq!(output.stdout.trim_ascii_end(), DEFAULT_PATH.to_bytes());
    }
}
