//! Copies `init` into a directory. An image that holds nothing else has no `cp`.

use super::log;
use crate::sys::file::{self, CURRENT_DIRECTORY};
use crate::sys::{Errno, replace};
use core::ffi::{CStr, c_int};

/// The name of the copy.
const NAME: &CStr = c"init";

/// The name of the copy until it is complete.
const INCOMPLETE: &CStr = c".init.incomplete";

/// Copies `init` to the file `init` in `directory`. Returns the status to exit with. If it is not 0, a line was written,
/// and an older file is unchanged.
pub fn install(directory: &CStr) -> c_int {
    match copy_to(directory) {
        Ok(()) => 0,
        Err(error) => {
            log::line(directory.to_bytes(), b": cannot install: errno ", Some(error.number()));
            1
        }
    }
}

fn copy_to(directory: &CStr) -> Result<(), Errno> {
    // The kernel closes all descriptors at the exit, and unlocks the directory.
    let directory = file::open(CURRENT_DIRECTORY, directory, libc::O_DIRECTORY)?;
    let program = file::open(CURRENT_DIRECTORY, c"/proc/self/exe", libc::O_RDONLY)?;
    // Another `init` that installs itself at the same time would write to our file, or rename it half-written.
    replace::lock(directory)?;
    _ = replace::remove(directory, INCOMPLETE); // of an `init` that was killed
    let target = replace::create(directory, INCOMPLETE)?;
    let result = replace::copy_all(program, target)
        .and_then(|()| replace::make_executable(target))
        .and_then(|()| replace::sync(target))
        .and_then(|()| replace::rename(directory, INCOMPLETE, NAME));
    if result.is_err() {
        _ = replace::remove(directory, INCOMPLETE); // the first error is reported
    }
    result
}
