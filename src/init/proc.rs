//! Reads `/proc`: lists the processes, and reads numbers about one of them.

use super::text::{Text, parse_number};
use crate::sys::process::{Pid, getpid};
use crate::sys::{Errno, file};
use core::ffi::{CStr, c_int};

/// The fields of `/proc/PID/stat` (`man 5 proc_pid_stat`).
pub mod field {
    use core::ffi::c_int;

    /// The state of the main thread, such as [`super::STOPPED`].
    pub const STATE: c_int = 3;
    /// The parent's process ID; 0 if the parent is outside of the PID namespace.
    pub const PARENT: c_int = 4;
    /// The process group; 0 if its leader is outside of the PID namespace.
    pub const GROUP: c_int = 5;
    /// The signals that the main thread blocks, of those from 1 to 31. See [`super::contains`].
    pub const BLOCKED: c_int = 32;
    /// The signals that the process ignores, likewise.
    pub const IGNORED: c_int = 33;
    /// The signals that it catches, likewise.
    pub const CAUGHT: c_int = 34;
}

/// The state of a process that a signal has stopped.
pub const STOPPED: c_int = b'T' as c_int;

/// The state of a process that sleeps, and that a signal would wake.
pub const ASLEEP: c_int = b'S' as c_int;

/// Whether `signal` is in a set of signals such as [`field::BLOCKED`]. Real-time signals are in none of them.
pub fn contains(set: c_int, signal: c_int) -> bool {
    signal < 32 && set >> (signal - 1) & 1 != 0 // bit N-1 stands for signal N
}

/// An open directory. It is closed when it is dropped.
pub struct Directory {
    /// Its descriptor, which nobody else closes.
    pub descriptor: c_int,
}

impl Drop for Directory {
    fn drop(&mut self) {
        // It is open, and the kernel closes it even if that reports an error.
        _ = file::close(self.descriptor);
    }
}

impl Directory {
    /// Opens the directory at `path`.
    pub fn open(path: &CStr) -> Result<Self, Errno> {
        let flags = libc::O_RDONLY | libc::O_DIRECTORY;
        file::open(file::CURRENT_DIRECTORY, path, flags).map(|descriptor| Self { descriptor })
    }

    /// Lists the entries whose names are numbers. An entry that is added in the meantime is listed too, if its number
    /// is greater than those before.
    pub fn numbers(&self) -> Numbers<'_> {
        Numbers { directory: self, buffer: [0; 1024], at: 0, length: 0 }
    }
}

/// The `/proc` of our own PID namespace.
pub struct Proc {
    /// The open directory.
    pub directory: Directory,
}

impl Proc {
    /// Opens `/proc`.
    ///
    /// # Errors
    /// [`Errno::ESRCH`]: it belongs to another PID namespace, so its process IDs name other processes.
    pub fn open() -> Result<Self, Errno> {
        let directory = Directory::open(c"/proc")?;
        let mut buffer = [0; 16];
        let length = file::read_link(directory.descriptor, c"self", &mut buffer)?;
        match buffer.get(..length as usize).and_then(parse_number) {
            Some(pid) if pid == getpid() => Ok(Self { directory }),
            _ => Err(Errno::ESRCH),
        }
    }

    /// Reads one [`field`] of `/proc/PID/stat`.
    ///
    /// # Errors
    /// [`Errno::ENOENT`] or [`Errno::ESRCH`]: the process has ended. Any other error: the file cannot be read.
    #[inline(never)]
    pub fn stat(&self, pid: Pid, field: c_int) -> Result<c_int, Errno> {
        let mut buffer = [0; 24];
        let mut path = Text::new(&mut buffer);
        path.push_number(pid);
        path.push(b"/stat");
        self.number(path.into_string(), field)
    }

    /// Reads the process ID that was assigned last (`man 5 proc_loadavg`). Processes that start later have greater IDs,
    /// until the IDs begin anew at the kernel's limit (`man 5 proc_sys_kernel`, pid_max).
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn newest_pid(&self) -> Result<Pid, Errno> {
        self.number(c"loadavg", 5)
    }

    /// Reads one field of a file whose only line consists of fields.
    fn number(&self, path: &CStr, field: c_int) -> Result<c_int, Errno> {
        let mut buffer = [0; 512];
        let descriptor = file::open(self.directory.descriptor, path, libc::O_RDONLY)?;
        let length = file::read(descriptor, &mut buffer);
        _ = file::close(descriptor); // it is open, as above
        Ok(parse_field(buffer.get(..length? as usize).unwrap_or_default(), field))
    }
}

/// Returns the number in a field of `line`, or the ASCII code of its capital letter, or 0 if there is no such field.
/// Spaces separate the fields, and the first one is field 1.
///
/// The second field of `/proc/PID/stat` is the program's name in parentheses. A name may contain spaces and
/// parentheses, so the fields are counted anew after each `)`: the last one closes the name.
pub fn parse_field(line: &[u8], field: c_int) -> c_int {
    let mut number: c_int = 0;
    let mut at = 1;
    for &byte in line {
        match byte {
            b')' => (at, number) = (2, 0),
            b' ' => at += 1,
            b'0'..=b'9' if at == field => number = number.wrapping_mul(10).wrapping_add((byte - b'0').into()),
            b'A'..=b'Z' if at == field => number = byte.into(),
            _ => {}
        }
    }
    number
}

/// Offsets in `struct linux_dirent64` (`man 2 getdents64`). It consists of two 64-bit numbers, a 16-bit length of the
/// entry, an 8-bit type, and a name that ends with a NUL.
const LENGTH_AT: usize = 16;
const TYPE_AT: usize = 18;
const NAME_AT: usize = 19;

/// The entries of a directory whose names are numbers, one after the other.
pub struct Numbers<'a> {
    directory: &'a Directory,
    buffer: [u8; 1024],
    at: usize,
    length: usize,
}

impl Numbers<'_> {
    /// Returns the next number, or `None` at the end.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn take(&mut self) -> Result<Option<c_int>, Errno> {
        loop {
            if self.at >= self.length {
                self.at = 0;
                self.length = file::read_directory(self.directory.descriptor, &mut self.buffer)? as usize;
            }
            let Some(entry) = self.buffer.get(self.at..self.length) else {
                return Ok(None);
            };
            let (Some([low, high]), Some(name)) = (entry.get(LENGTH_AT..TYPE_AT), entry.get(NAME_AT..)) else {
                return Ok(None);
            };
            self.at += usize::from(u16::from_ne_bytes([*low, *high]));
            let length = name.iter().take_while(|byte| **byte != 0).count();
            if let Some(number) = name.get(..length).and_then(parse_number) {
                return Ok(Some(number));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;

    #[test]
    fn the_name_of_a_process_may_hold_anything() {
        let rest = "S 12 345 345 34816 345 4194304 82 0 0 0 0 0 0 0 20 0 1 0 1 2 3 4 1 1 0 0 0 0 8 16 1073741824 2 0 0";
        for name in ["sh", "a b", ") S 1 1", ")", "(", "", "a\nb", "1) 2 3 4 5 6 7 8"] {
            let line = format!("17 ({name}) {rest}\n");
            let fields = [field::PARENT, field::GROUP, field::IGNORED, field::CAUGHT];
            assert_eq!(fields.map(|field| parse_field(line.as_bytes(), field)), [12, 345, 16, 1 << 30], "{name:?}");
        }
    }

    #[test]
    fn a_field_that_is_missing_is_0() {
        assert_eq!(parse_field(b"17 (sh) S 5", field::PARENT), 5);
        assert_eq!(parse_field(b"17 (sh) S 5", field::STATE), 'S' as c_int);
        assert_eq!(parse_field(b"17 (sh) S 5", field::GROUP), 0);
        assert_eq!(parse_field(b"", 1), 0);
        assert_eq!(parse_field(b"0.00 0.10 0.05 1/123 4567\n", 5), 4567);
    }

    #[test]
    fn a_set_has_a_bit_for_each_signal_below_32() {
        for signal in 1..32 {
            let bit = 1 << (signal - 1);
            assert!(contains(bit, signal) && !contains(!bit, signal), "{signal}");
        }
        assert!((32..=64).all(|signal| !contains(-1, signal)));
    }

    #[test]
    fn all_numbers_in_a_directory_are_listed_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        // Several times more than the buffer holds.
        for name in (1..400).map(|number| number.to_string()).chain(["self", "1a", "-1"].map(str::to_owned)) {
            std::fs::write(folder.path().join(name), "").expect("the folder can be written");
        }
        let path = CString::new(folder.path().to_str().expect("it is UTF-8")).expect("it has no NUL");
        let directory = Directory::open(&path).expect("it is there");
        let mut numbers = directory.numbers();
        let mut listed: Vec<c_int> = std::iter::from_fn(|| numbers.take().expect("it can be read")).collect();
        listed.sort();
        assert!(listed.into_iter().eq(1..400));
        assert_eq!(numbers.take(), Ok(None), "once more after the end");
    }

    #[test]
    fn our_own_proc_knows_us() {
        let proc = Proc::open().expect("/proc is mounted");
        let us = std::process::id() as Pid;
        assert_eq!(proc.stat(us, field::PARENT), Ok(std::os::unix::process::parent_id() as Pid));
        assert!(proc.newest_pid().expect("it can be read") >= us);
        let mut processes = proc.directory.numbers();
        let take = || processes.take().expect("/proc can be read");
        assert!(std::iter::from_fn(take).any(|pid| pid == us));
        assert!(proc.stat(0, field::PARENT).is_err());
    }
}
