//! `/proc/PID/status`: the process's IDs in each namespace, its user, its tracer and its signals.

/// SIGCHLD, as the kernel numbers it on every platform of this project.
const SIGCHLD: u32 = 17;

/// What a process does with SIGCHLD, the signal that tells it of a child's end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Sigchld {
    /// It ignores the signal: the kernel reaps the children that end from then on.
    pub ignored: bool,
    /// Its first thread blocks the signal.
    pub blocked: bool,
    /// It has a handler.
    pub caught: bool,
}

/// Some fields of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The process ID in the namespace of this `/proc`, then in each namespace below it, down to the process's own.
    pub pids: Vec<i32>,
    /// The real user ID.
    pub uid: u32,
    /// The process ID of its tracer, or 0.
    pub tracer: i32,
    /// What it does with SIGCHLD.
    pub sigchld: Sigchld,
    /// The real group ID, and the supplementary ones.
    pub groups: Vec<u32>,
    /// Its effective capabilities.
    pub capabilities: u64,
}

impl Status {
    /// Parses the file. What a kernel does not have keeps its default. The name of the command, which need not be text, is
    /// not looked at: the kernel writes it without line ends.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut status = Self::default();
        // Most lines are others, and there can be tens of thousands of files.
        let may_be_wanted = |line: &&[u8]| matches!(line.first(), Some(b'N' | b'U' | b'G' | b'T' | b'S' | b'C'));
        for line in bytes.split(|byte| *byte == b'\n').filter(may_be_wanted) {
            let Ok(line) = std::str::from_utf8(line) else { continue };
            let Some((name, value)) = line.split_once(':') else { continue };
            let first = value.split_ascii_whitespace().next().unwrap_or_default();
            let has_sigchld = || u64::from_str_radix(first, 16).is_ok_and(|mask| mask & (1 << (SIGCHLD - 1)) != 0);
            match name {
                "NSpid" => status.pids = value.split_ascii_whitespace().flat_map(str::parse).collect(),
                "Uid" => status.uid = first.parse().unwrap_or_default(),
                "Gid" => status.groups.extend(first.parse::<u32>()),
                "Groups" => status.groups.extend(value.split_ascii_whitespace().flat_map(str::parse::<u32>)),
                "TracerPid" => status.tracer = first.parse().unwrap_or_default(),
                "SigIgn" => status.sigchld.ignored = has_sigchld(),
                "SigBlk" => status.sigchld.blocked = has_sigchld(),
                "SigCgt" => status.sigchld.caught = has_sigchld(),
                "CapEff" => status.capabilities = u64::from_str_radix(first, 16).unwrap_or_default(),
                _ => (),
            }
        }
        status
    }

    /// Returns the process ID in the process's own namespace.
    pub fn pid_in_namespace(&self) -> Option<i32> {
        self.pids.last().copied()
    }

    /// Returns how many namespaces its own is below that of this `/proc`, counted from 1.
    pub fn depth(&self) -> usize {
        self.pids.len()
    }
}
