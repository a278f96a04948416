//! Writes the programs that are tested.

use crate::tree::PROGRAMS;
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Writes a pair of programs to a folder.
///
/// # Errors
/// One of them cannot be written.
pub fn install_all(programs: &[Vec<u8>; 2], folder: &TempDir) -> Result<()> {
    PROGRAMS.iter().zip(programs).try_for_each(|(name, bytes)| install(bytes, &folder.path().join(name)))
}

/// Writes an executable file, in another process: a test that another worker starts meanwhile would inherit the file open
/// for writing, and executing it would fail with ETXTBSY. The file is a new one, because a process of an earlier test may
/// still execute the old one.
fn install(bytes: &[u8], path: &Path) -> Result<()> {
    let mut install =
        Command::new("install").args(["-m", "755", "/dev/stdin"]).arg(path).stdin(Stdio::piped()).spawn()?;
    install.stdin.take().context("a pipe")?.write_all(bytes)?;
    if !install.wait()?.success() {
        bail!("{} cannot be written", path.display());
    }
    Ok(())
}
