//! CPU starvation: a process that hardly ever gets the CPU, like a sandbox on a busy node.

use crate::cgroup::{Cgroup, Version};
use crate::programs;
use crate::realtime::schedule;
use crate::shim::die_with_parent;
use nix::unistd::{Pid, getpid};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Child;
use std::thread::available_parallelism;

/// Keeps every CPU of this machine busy until it is dropped.
pub struct Load(Vec<Child>);

/// How a process was starved.
#[derive(Debug, PartialEq, Eq)]
pub enum Means {
    /// The smallest `cpu.shares` or `cpu.weight`, which a runtime sets for a sandbox.
    Cgroup(Version),
    /// The scheduling policy `SCHED_IDLE`: its weight is about as small, and ordinary users may set it.
    IdlePolicy,
}

impl Load {
    /// Starts one busy process for each CPU.
    #[track_caller]
    pub fn start() -> Self {
        let parent = getpid();
        let start = |_| {
            let mut hog = programs::orphan_maker(&["hog"]);
            // SAFETY: makes system calls only.
            unsafe { hog.pre_exec(move || die_with_parent(Some(parent))) };
            hog.spawn().expect("the program was built")
        };
        Self((0..available_parallelism().map_or(1, usize::from)).map(start).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for hog in &mut self.0 {
            _ = hog.kill(); // it may have ended
            _ = hog.wait();
        }
    }
}

/// Gives a process the smallest share of the CPU: by `group` if there is one, otherwise by its scheduling policy.
pub fn starve(pid: Pid, group: Option<&Cgroup>) -> io::Result<Means> {
    let Some(group) = group else {
        schedule(pid, libc::SCHED_IDLE, 0)?;
        return Ok(Means::IdlePolicy);
    };
    group.minimal_cpu()?;
    group.add(pid)?;
    Ok(Means::Cgroup(group.version()))
}
