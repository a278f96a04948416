//! One file for each target.

pub mod command_line;
pub mod elf;
pub mod environment;
pub mod epoch;
pub mod grammar;
pub mod layer;
pub mod libraries;
pub mod manifest;
pub mod peers;
pub mod platforms;
pub mod reference;
pub mod release;
pub mod signal_names;
pub mod stat;
pub mod values;

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::{env, fs};
use tempfile::{NamedTempFile, TempDir};

/// Returns the lines, without NULs: no argument, variable or name can have one.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split(|byte| matches!(byte, b'\n' | 0)).collect()
}

/// Asserts that an error is one sentence on one line.
#[track_caller]
fn assert_one_line(error: &impl Display) {
    let text = error.to_string();
    let is_line = !text.is_empty() && !text.chars().any(char::is_control);
    assert!(is_line, "an error of more than one line, or with control characters: {text:?}");
}

/// Returns a file with this content.
fn file(bytes: &[u8]) -> NamedTempFile {
    let file = NamedTempFile::new_in(memory()).expect("a file can be made");
    fs::write(file.path(), bytes).expect("it can be written");
    file
}

/// Returns an empty folder.
fn folder() -> TempDir {
    TempDir::new_in(memory()).expect("a folder can be made")
}

/// Returns a folder for many files that do not live long: in memory, if there is one.
fn memory() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { env::temp_dir() }
}
