//! Process 1 of a pod, whichever engine made it, as its machine sees it; and what the pod's other containers leave to it.

use e2e::Machine;
use std::fs;
use std::path::PathBuf;
use testkit::process_table::{Row, rows_in, zombies_in};
use testkit::until;

/// How many orphans a container leaves at once.
pub const ORPHANS: usize = 100;

/// What pause says when it is told to end.
pub const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// What a container's shell does to leave them: each sleeps until it is killed, and holds no stream that anybody reads.
pub fn abandon() -> String {
    format!("i=0; while [ $i -lt {ORPHANS} ]; do (sleep 1000000 > /dev/null 2>&1 &); i=$((i + 1)); done")
}

/// What a container's shell does to leave `count` orphans one after the other: it waits for the end of each, which is
/// when nobody can write to its output any more. Where process 1 reaps them, there are never more than a few processes.
pub fn abandon_one_by_one(count: u32) -> String {
    format!("i=0; while [ $i -lt {count} ]; do : $( (true &) ); i=$((i + 1)); done")
}

pub struct Process1 {
    /// What its machine's `/proc` says of it: a folder.
    folder: PathBuf,
}

impl Process1 {
    /// Its number is the one that it has on the machine.
    pub fn new(machine: &Machine, pid: &str) -> Self {
        Self { folder: machine.proc(pid) }
    }

    /// A field of its status, without the name; one space between the parts.
    #[track_caller]
    pub fn status(&self, field: &str) -> String {
        let status = fs::read_to_string(self.folder.join("status")).expect("it lives");
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.expect("a field of this name").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Which namespace of a kind it is in.
    #[track_caller]
    pub fn namespace(&self, kind: &str) -> PathBuf {
        fs::read_link(self.folder.join("ns").join(kind)).expect("it lives")
    }

    /// The program that the kernel executes.
    #[track_caller]
    pub fn executable(&self) -> PathBuf {
        fs::read_link(self.folder.join("exe")).expect("it lives")
    }

    /// It may do nothing that any process may not do, and neither may what it executes.
    #[track_caller]
    pub fn assert_unprivileged(&self) {
        for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
            assert_eq!(self.status(set), "0000000000000000", "{set}");
        }
        assert_eq!((&*self.status("NoNewPrivs"), &*self.status("Seccomp")), ("1", "2"));
    }

    /// Kills the orphans that there are: `exec` runs a shell's command in another container of the pod. Returns how many
    /// zombies were there at once, at most: none if it reaps, as then none is ever to be seen.
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
        self.status("Name"); // it lives, or nothing of this would be worth anything
        most.max(zombies())
    }

    /// Waits until it has so many children.
    #[track_caller]
    pub fn until_it_has_adopted(&self, count: usize) {
        until("process 1 has adopted the orphans", || self.orphans().count() == count);
    }

    /// Its children. What a container starts with has no parent in the pod.
    pub fn orphans(&self) -> impl Iterator<Item = Row> {
        rows_in(&self.proc()).into_iter().filter(|row| row.ppid == 1)
    }

    /// The `/proc` that it sees itself.
    fn proc(&self) -> PathBuf {
        self.folder.join("root/proc")
    }
}
