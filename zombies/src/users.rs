//! The names of users, from `/etc/passwd` alone: a user of a container may have another name there.

use crate::text::harmless;
use std::collections::HashMap;
use std::fs;

/// The names by user ID.
pub struct Users(HashMap<u32, String>);

impl Users {
    /// Reads the file. Without it, users have no names.
    pub fn read() -> Self {
        let bytes = fs::read("/etc/passwd").unwrap_or_default();
        let user = |line: &[u8]| {
            let mut fields = line.split(|byte| *byte == b':');
            let name = harmless(fields.next()?);
            Some((std::str::from_utf8(fields.nth(1)?).ok()?.parse().ok()?, name))
        };
        Self(bytes.split(|byte| *byte == b'\n').filter_map(user).collect())
    }

    /// Returns the name of a user, or the number if there is none.
    pub fn name(&self, uid: u32) -> String {
        self.0.get(&uid).cloned().unwrap_or_else(|| uid.to_string())
    }
}
