//! The output of a program that ran on a machine.

use std::process::ExitStatus;

/// The output of a program, as text.
#[derive(Debug)]
pub struct Output {
    /// The exit status.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// Returns its standard output.
    ///
    /// # Panics
    /// If the program failed.
    #[track_caller]
    pub fn ok(self) -> String {
        assert!(self.status.success(), "the program failed: {self:#?}");
        self.stdout
    }
}
