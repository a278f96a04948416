//! `/proc/PID/stat`, read from bytes: the name of a command may contain anything but NUL.

/// What a process is doing, in the letters of `ps`.
pub mod state {
    /// Stopped by a signal.
    pub const STOPPED: u8 = b'T';
    /// Stopped by its tracer.
    pub const TRACED: u8 = b't';
    /// In the kernel, where no signal reaches it.
    pub const IN_KERNEL: u8 = b'D';
    /// Ended, and not reaped.
    pub const ZOMBIE: u8 = b'Z';
}

/// The process is on its way out (`PF_EXITING` in the kernel's `include/linux/sched.h`).
const EXITING: u64 = 0x4;

/// One line of the process table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The process ID, in the namespace of this `/proc`.
    pub pid: i32,
    /// The first 15 bytes of the program's name.
    pub command: Box<[u8]>,
    /// One of [`state`], or another letter.
    pub state: u8,
    /// The parent's process ID, or 0 if it has none in this namespace.
    pub ppid: i32,
    /// Whether it is ending. Process 1 of a namespace waits there for all other processes of that namespace.
    pub is_ending: bool,
    /// The number of threads that have not ended, the first one included in any case.
    pub threads: usize,
    /// When it started, in ticks since boot. Together with the ID, it identifies the process.
    pub start: u64,
}

impl Stat {
    /// Parses the file. Returns `None` if it is not one of a kernel that we know.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        // The name is in parentheses, and may have some of its own. No other field has any.
        let open = bytes.iter().position(|byte| *byte == b'(')?;
        let close = bytes.iter().rposition(|byte| *byte == b')')?;
        let pid = std::str::from_utf8(&bytes[..open]).ok()?.trim().parse().ok()?;
        let fields: Vec<&str> = std::str::from_utf8(&bytes[close + 1..]).ok()?.split_ascii_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok(); // counted from the state
        Some(Self {
            pid,
            command: bytes.get(open + 1..close)?.into(),
            state: *fields.first()?.as_bytes().first()?,
            ppid: fields.get(1)?.parse().ok()?,
            is_ending: number(6)? & EXITING != 0,
            threads: number(17)? as usize,
            start: number(19)?,
        })
    }

    /// Returns whether it is a zombie.
    pub fn is_zombie(&self) -> bool {
        self.state == state::ZOMBIE
    }

    /// Returns what identifies the process: IDs alone are used again.
    pub fn identity(&self) -> (i32, u64) {
        (self.pid, self.start)
    }
}
