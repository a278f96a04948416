//! A process of a pod, as `/proc` of its machine shows it, and the orphans that process 1 of a pod adopts.

use crate::Machine;
use nix::sys::signal::Signal;
use std::fs;
use std::path::PathBuf;
use testkit::process_table::{Row, rows_in, zombies_in};
use testkit::until;

/// How many orphans one command leaves behind.
pub const ORPHANS: usize = 100;

/// What pause logs when it receives SIGTERM.
pub const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// A shell command that leaves `count` orphans behind. Each sleeps until it is killed, and holds none of the shell's
/// streams.
pub fn abandon(count: usize) -> String {
    format!("i=0; while [ $i -lt {count} ]; do (sleep 1000000 > /dev/null 2>&1 &); i=$((i + 1)); done")
}

/// A shell command that leaves `count` orphans behind, one after the other: it waits for the end of each, as `$(…)` reads
/// until the last writer has closed the pipe. While process 1 reaps, only a few processes exist at any time.
pub fn abandon_one_by_one(count: u32) -> String {
    format!("i=0; while [ $i -lt {count} ]; do : $( (true &) ); i=$((i + 1)); done")
}

/// A process on a machine.
pub struct Process<'machine> {
    machine: &'machine Machine,
    /// Its process ID on the machine.
    pid: String,
}

impl<'machine> Process<'machine> {
    /// Returns the process with this ID, as the machine sees it.
    pub fn new(machine: &'machine Machine, pid: &str) -> Self {
        Self { machine, pid: pid.trim().to_owned() }
    }

    /// Its folder in the machine's `/proc`.
    fn folder(&self) -> PathBuf {
        self.machine.proc(&self.pid)
    }

    /// A field of `/proc/PID/status`, with single spaces.
    #[track_caller]
    pub fn status(&self, field: &str) -> String {
        let status = fs::read_to_string(self.folder().join("status")).expect("the process is alive");
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.expect("a field of this name").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Its process ID in its own PID namespace.
    #[track_caller]
    pub fn pid_in_namespace(&self) -> String {
        self.status("NSpid").split(' ').next_back().expect("a process ID").to_owned()
    }

    /// Identifies its namespace of this kind.
    #[track_caller]
    pub fn namespace(&self, kind: &str) -> PathBuf {
        fs::read_link(self.folder().join("ns").join(kind)).expect("the process is alive")
    }

    /// The file that the kernel executes.
    #[track_caller]
    pub fn executable(&self) -> PathBuf {
        fs::read_link(self.folder().join("exe")).expect("the process is alive")
    }

    /// Its cgroups, as `/proc/PID/cgroup` lists them.
    #[track_caller]
    pub fn cgroups(&self) -> String {
        fs::read_to_string(self.folder().join("cgroup")).expect("the process is alive")
    }

    /// Its resident memory in KiB.
    #[track_caller]
    pub fn resident_memory(&self) -> u64 {
        let maps = fs::read_to_string(self.folder().join("smaps_rollup")).expect("the process is alive");
        let rss = maps.lines().find_map(|line| line.strip_prefix("Rss:")).expect("the kernel shows it");
        rss.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// The `/proc` that the process itself sees.
    pub fn proc(&self) -> PathBuf {
        self.folder().join("root/proc")
    }

    /// Sends it a signal.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        self.machine.signal(&self.pid, signal);
    }

    /// Waits until it waits for signals.
    #[track_caller]
    pub fn until_it_waits(&self) {
        self.machine.until_it_waits(&self.pid);
    }

    /// Asserts that this is /pause with this user and group ID, that it has no capability, and that `execve` cannot give
    /// it one. Waits until it is set up.
    #[track_caller]
    pub fn assert_is_pause(&self, id: u32) {
        self.until_it_waits();
        assert_eq!(self.executable(), PathBuf::from("/pause"));
        assert_eq!(fs::read(self.folder().join("cmdline")).expect("the process is alive"), b"/pause\0");
        let four_times = vec![id.to_string(); 4].join(" "); // real, effective, saved set, file system
        assert_eq!([self.status("Uid"), self.status("Gid")], [&*four_times; 2]);
        for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
            assert_eq!(self.status(set), "0000000000000000", "{set}");
        }
        assert_eq!((&*self.status("NoNewPrivs"), &*self.status("Seccomp")), ("1", "2"));
    }

    /// The orphans that this process 1 has adopted: its children. The parent of a container's first process is outside the
    /// pod.
    pub fn orphans(&self) -> impl Iterator<Item = Row> {
        rows_in(&self.proc()).into_iter().filter(|row| row.ppid == 1)
    }

    /// Waits until this many orphans are its children.
    #[track_caller]
    pub fn until_it_has_adopted(&self, count: usize) {
        until("process 1 has adopted the orphans", || self.orphans().count() == count);
    }

    /// Kills all orphans: `exec` runs a shell command in a container of the pod. Returns the greatest number of zombies
    /// seen, which is 0 if process 1 reaps.
    #[track_caller]
    pub fn zombies_of_orphans(&self, exec: impl Fn(&str)) -> usize {
        let alive: Vec<String> = self.orphans().filter(|row| row.state != 'Z').map(|row| row.pid.to_string()).collect();
        if !alive.is_empty() {
            exec(&format!("kill -KILL {}", alive.join(" ")));
        }
        let zombies = || zombies_in(&self.proc()).len();
        let mut most = 0;
        until("every orphan has ended", || {
            most = most.max(zombies());
            self.orphans().all(|row| row.state == 'Z')
        });
        self.status("Name"); // panics if process 1 has ended, and with it the orphans
        most.max(zombies())
    }
}
