//! Writes an archive that the kernel unpacks into its first file system: cpio, "newc" (`initramfs-buffer-format` in the
//! kernel's documentation).

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// An archive in memory.
#[derive(Debug, Default)]
pub struct Archive {
    bytes: Vec<u8>,
    entries: u32,
}

/// The types of entries (`man 7 inode`).
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;
const CHARACTER_DEVICE: u32 = 0o020_000;

impl Archive {
    /// Adds a folder. Its parent must be there.
    pub fn folder(&mut self, path: &str) {
        self.entry(path, FOLDER | 0o755, (0, 0), &[]);
    }

    /// Adds a file that everybody may read and execute.
    pub fn file(&mut self, path: &str, content: &[u8]) {
        self.entry(path, FILE | 0o755, (0, 0), content);
    }

    /// Adds a symbolic link.
    pub fn link(&mut self, path: &str, target: &str) {
        self.entry(path, LINK | 0o777, (0, 0), target.as_bytes());
    }

    /// Adds a character device.
    pub fn device(&mut self, path: &str, major: u32, minor: u32) {
        self.entry(path, CHARACTER_DEVICE | 0o666, (major, minor), &[]);
    }

    /// Adds a copy of a file or of a symbolic link.
    pub fn copy(&mut self, from: &Path, path: &str) -> io::Result<()> {
        let metadata = fs::symlink_metadata(from)?;
        if metadata.is_symlink() {
            let target = fs::read_link(from)?;
            self.link(path, target.to_str().ok_or_else(|| io::Error::other("the target of a link is not UTF-8"))?);
        } else {
            let mode = FILE | metadata.permissions().mode() & 0o777;
            self.entry(path, mode, (0, 0), &fs::read(from)?);
        }
        Ok(())
    }

    /// Returns the bytes of the archive.
    pub fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, (0, 0), &[]);
        self.bytes
    }

    fn entry(&mut self, path: &str, mode: u32, device: (u32, u32), content: &[u8]) {
        self.entries += 1;
        let size = u32::try_from(content.len()).expect("a file of less than 4 GiB");
        let name_size = u32::try_from(path.len() + 1).expect("a short path");
        let (inode, owner, group, links, time, check) = (self.entries, 0, 0, 1, 0, 0);
        let (disk_major, disk_minor) = (0, 0);
        self.bytes.extend(b"070701");
        for field in
            [inode, mode, owner, group, links, time, size, disk_major, disk_minor, device.0, device.1, name_size, check]
        {
            self.bytes.extend(format!("{field:08x}").into_bytes());
        }
        self.bytes.extend(path.as_bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend(content);
        self.pad();
    }

    /// Names and contents end at a multiple of four bytes.
    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}
