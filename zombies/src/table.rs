//! The process table, read once from `/proc`.

use crate::parallel;
use crate::stat::Stat;
use std::collections::HashMap;
use std::fmt::Write;
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
    /// If `/proc` cannot be listed, or is none.
    pub fn read() -> io::Result<Self> {
        let mut pids: Vec<i32> = Vec::new();
        for entry in fs::read_dir("/proc")? {
            pids.extend(entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()));
        }
        let mut table = Self::default();
        let read = |buffer: &mut Buffer, pid: &i32| buffer.read(*pid, "stat").map(Stat::parse);
        for (pid, stat) in pids.iter().zip(parallel::for_each(&pids, read)) {
            match stat {
                Ok(stat) => _ = stat.map(|stat| table.processes.insert(*pid, stat)),
                Err(error) if error.kind() == ErrorKind::PermissionDenied => table.denied += 1,
                Err(_) => (), // it has ended since it was listed
            }
        }
        // This process is one of them in any case.
        if table.processes.is_empty() { Err(io::Error::other("it has no processes")) } else { Ok(table) }
    }

    /// Returns the zombies.
    pub fn zombies(&self) -> impl Iterator<Item = &Stat> {
        self.processes.values().filter(|process| process.is_zombie())
    }
}

/// Memory for a file, which is used again: there can be tens of thousands of files.
#[derive(Debug)]
pub struct Buffer {
    bytes: Vec<u8>,
    path: String,
}

impl Default for Buffer {
    fn default() -> Self {
        Self { bytes: vec![0; 4096], path: String::new() }
    }
}

impl Buffer {
    /// Reads a file of a process.
    ///
    /// # Errors
    /// If the process is gone, or this user may not read the file.
    pub fn read(&mut self, pid: i32, name: &str) -> io::Result<&[u8]> {
        self.path.clear();
        _ = write!(self.path, "/proc/{pid}/{name}"); // a String accepts all writes
        let mut file = File::open(&self.path)?;
        let mut length = 0;
        loop {
            length += file.read(&mut self.bytes[length..])?;
            // The kernel gives all of such a file at once if there is room for it.
            if length < self.bytes.len() {
                return Ok(&self.bytes[..length]);
            }
            self.bytes.resize(2 * length, 0);
        }
    }
}

/// Reads a file of a process. Returns `None` if the process is gone, or if this user may not read the file.
pub fn file_of(pid: i32, name: &str) -> Option<Vec<u8>> {
    Buffer::default().read(pid, name).ok().map(<[u8]>::to_vec)
}
