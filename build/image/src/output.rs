//! Writes files atomically, and the list of their checksums.

use crate::blob::sha256;
use anyhow::{Result, anyhow};
use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A folder, and the files to write into it when all of them are complete.
pub struct Output {
    folder: PathBuf,
    /// The name of the list of checksums.
    list: &'static str,
    /// Checksums by file names.
    checksums: BTreeMap<String, String>,
    files: Vec<(String, Vec<u8>)>,
}

impl Output {
    /// Returns an output without files. `list` is the name of its list of checksums, in the format of `sha256sum`.
    pub fn new(folder: PathBuf, list: &'static str) -> Self {
        Self { folder, list, checksums: BTreeMap::new(), files: Vec::new() }
    }

    /// The path of the file of this name.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Adds a file that exists already to the list of checksums.
    pub fn add_existing(&mut self, name: String, bytes: &[u8]) {
        self.checksums.insert(name, sha256(bytes));
    }

    /// Adds a file to be written.
    pub fn add(&mut self, name: String, bytes: Vec<u8>) {
        self.add_existing(name.clone(), &bytes);
        self.files.push((name, bytes));
    }

    /// Writes all files, and the list of checksums last.
    pub fn write(mut self) -> Result<()> {
        let list = self.checksums.iter().map(|(name, checksum)| format!("{checksum}  {name}\n")).collect::<String>();
        self.files.push((self.list.to_owned(), list.into_bytes()));
        self.files.iter().try_for_each(|(name, bytes)| write(&self.path(name), bytes))
    }
}

/// Writes a file atomically: under a temporary name in the same folder, and renames it when it is on the disk. Readers
/// find the old file or the new one; after a failure, the old one.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".image-")
            .permissions(Permissions::from_mode(0o666)) // minus the umask
            .tempfile_in(path.parent().unwrap_or(Path::new(".")))?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| {
        anyhow!("{} cannot be written: {error}; make room or way for it, and run this again", path.display())
    })
}
