//! Reads and replaces a bundle's `config.json`: never through a link, never half.

use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat, renameat};
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::sys::stat::Mode;
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;
use std::process;

/// The file's name.
const NAME: &str = "config.json";

/// The largest file: as much as a message to containerd may have.
pub const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// A bundle's folder.
pub struct Bundle {
    folder: OwnedFd,
}

/// The file as it was read.
pub struct Config {
    /// Its content.
    pub text: Vec<u8>,
    metadata: Metadata,
}

impl Bundle {
    /// Opens a folder. Returns `None` if that fails, as it will for the wrapped runtime.
    pub fn open(path: &Path) -> Option<Self> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        open(path, flags, Mode::empty()).ok().map(|folder| Self { folder })
    }

    /// Reads the file. Returns `None` if there is none.
    ///
    /// # Errors
    /// One line, if it is no regular file, too large, or cannot be read.
    pub fn read(&self) -> Result<Option<Config>, String> {
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let file = match openat(&self.folder, NAME, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::ENOENT) => return Ok(None),
            Err(Errno::ELOOP) => return Err(format!("the bundle's {NAME} is a link; put the file itself there")),
            Err(error) => return Err(unreadable(error)),
        };
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(format!("the bundle's {NAME} is no regular file"));
        }
        // The file may grow meanwhile: the limit is for what is read.
        let mut text = Vec::new();
        file.take(MOST_BYTES + 1).read_to_end(&mut text).map_err(unreadable)?;
        if text.len() as u64 > MOST_BYTES {
            return Err(format!("the bundle's {NAME} has more than {} MiB", MOST_BYTES / 1024 / 1024));
        }
        Ok(Some(Config { text, metadata }))
    }

    /// Replaces the file, with the same owner and mode. At any moment it is the old one or the new one, also if this
    /// process is killed.
    ///
    /// # Errors
    /// One line. The old file is still there.
    pub fn replace(&self, old: &Config, text: &[u8]) -> Result<(), String> {
        // Ctrl-C must not leave the new file under its first name. No signal is lost: they wait.
        let mask = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK);
        let mask = mask.map_err(unwritable)?;
        let result = self.write_and_rename(old, text);
        mask.thread_set_mask().map_err(unwritable)?;
        result
    }

    fn write_and_rename(&self, old: &Config, text: &[u8]) -> Result<(), String> {
        let name = format!(".{NAME}.{}", process::id());
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let create = || openat(&self.folder, &*name, flags, Mode::S_IRUSR | Mode::S_IWUSR);
        let file = match create() {
            // A process with this ID was killed here. It is dead, as the ID is ours now.
            Err(Errno::EEXIST) => self.remove(&name).and_then(|()| create()),
            other => other,
        };
        let file = file.map_err(unwritable)?;
        let written = self
            .fill(file, old, text)
            .and_then(|()| renameat(&self.folder, &*name, &self.folder, NAME).map_err(unwritable));
        if written.is_err() {
            // If that fails too, the engine removes the file with the bundle.
            _ = self.remove(&name);
        }
        written
    }

    fn fill(&self, file: OwnedFd, old: &Config, text: &[u8]) -> Result<(), String> {
        let mut file = File::from(file);
        file.write_all(text).map_err(unwritable)?;
        let owner = |metadata: &Metadata| (metadata.uid(), metadata.gid());
        if owner(&file.metadata().map_err(unwritable)?) != owner(&old.metadata) {
            let (user, group) = owner(&old.metadata);
            fchown(&file, Some(user), Some(group)).map_err(unwritable)?;
        }
        file.set_permissions(old.metadata.permissions()).map_err(unwritable)?;
        file.sync_all().map_err(unwritable)
    }

    fn remove(&self, name: &str) -> nix::Result<()> {
        unlinkat(&self.folder, name, UnlinkatFlags::NoRemoveDir)
    }
}

fn unreadable(error: impl std::fmt::Display) -> String {
    format!("the bundle's {NAME} cannot be read: {error}")
}

fn unwritable(error: impl std::fmt::Display) -> String {
    format!("the bundle's {NAME} cannot be replaced: {error}")
}
