//! The process table, read once from `/proc`.

use crate::stat::Stat;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};

/// All processes that this user may see.
#[derive(Debug, Default)]
pub struct Table {
    /// By process ID.
    pub processes: HashMap<i32, Stat>,
    /// How many are listed, but may not be looked at.
    pub denied: usize,
}

impl Table {
    /// Reads it. A process that ends meanwhile is left out.
    ///
    /// # Errors
    /// If `/proc` cannot be listed.
    pub fn read() -> io::Result<Self> {
        let mut table = Self::default();
        let mut buffer = Vec::with_capacity(1024);
        for entry in fs::read_dir("/proc")? {
            let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
            buffer.clear();
            match File::open(format!("/proc/{pid}/stat")).and_then(|mut file| file.read_to_end(&mut buffer)) {
                Ok(_) => _ = Stat::parse(&buffer).map(|stat| table.processes.insert(pid, stat)),
                Err(error) if error.kind() == ErrorKind::PermissionDenied => table.denied += 1,
                Err(_) => (), // it has ended since it was listed
            }
        }
        Ok(table)
    }

    /// Returns the zombies.
    pub fn zombies(&self) -> impl Iterator<Item = &Stat> {
        self.processes.values().filter(|process| process.is_zombie())
    }
}

/// Reads a file of a process. Returns `None` if the process is gone, or if this user may not read the file.
pub fn file_of(pid: i32, name: &str) -> Option<Vec<u8>> {
    fs::read(format!("/proc/{pid}/{name}")).ok()
}
