//! Files that are written whole or not at all, and their checksums.

use crate::Result;
use crate::blob::sha256;
use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The name of the list of checksums, in the format of `sha256sum`.
const CHECKSUMS: &str = "SHA256SUMS";

/// A folder, and what is to be in it when all of the work is done.
pub struct Output {
    folder: PathBuf,
    /// Checksums by names within the folder.
    checksums: BTreeMap<String, String>,
    files: Vec<(String, Vec<u8>)>,
}

impl Output {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, checksums: BTreeMap::new(), files: Vec::new() }
    }

    /// Where a file of this name is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file is there already; its checksum belongs on the list.
    pub fn has(&mut self, name: String, bytes: Vec<u8>) {
        self.checksums.insert(name, sha256(&bytes));
    }

    /// A file is to be written.
    pub fn add(&mut self, name: String, bytes: Vec<u8>) {
        self.checksums.insert(name.clone(), sha256(&bytes));
        self.files.push((name, bytes));
    }

    /// Writes all files, and the list last.
    pub fn write(&self) -> Result<()> {
        let list: String = self.checksums.iter().map(|(name, checksum)| format!("{checksum}  {name}\n")).collect();
        let files = self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        for (name, bytes) in files.chain([(CHECKSUMS, list.as_bytes())]) {
            let path = self.path(name);
            write_whole(&self.folder, &path, bytes).map_err(|error| {
                format!("{} cannot be written: {error}; make room or way for it, and run this again", path.display())
            })?;
        }
        Ok(())
    }
}

/// Writes a file under another name in the same folder, and gives it its own when all of it is on the disk: whoever
/// looks finds the old file or the new one, and after a failure the old one.
fn write_whole(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(".image-")
        .permissions(Permissions::from_mode(0o666)) // less what the umask takes away
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
