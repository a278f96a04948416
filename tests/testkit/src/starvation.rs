//! A process that hardly ever gets the CPU, as a sandbox on a busy node.

use crate::cgroup::{Cgroup, Version};
use crate::programs;
use crate::shim::die_with_parent;
use nix::errno::Errno;
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
    /// The smallest `cpu.shares` or `cpu.weight`: what a runtime gives a sandbox.
    Cgroup(Version),
    /// The scheduling policy `SCHED_IDLE`, which ordinary users may set too; it weighs about as little.
    IdlePolicy,
}

impl Load {
    /// One busy process for each CPU.
    #[track_caller]
    pub fn start() -> Self {
        let maker = getpid();
        let start = |_| {
            let mut hog = programs::orphan_maker(&["hog"]);
            // SAFETY: makes system calls only.
            unsafe { hog.pre_exec(move || die_with_parent(Some(maker))) };
            hog.spawn().expect("the program was built")
        };
        Self((0..available_parallelism().map_or(1, usize::from)).map(start).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for hog in &mut self.0 {
            _ = hog.kill();
            _ = hog.wait();
        }
    }
}

/// Gives `pid` the smallest share of the CPU: in `group` where there is one, otherwise by its scheduling policy.
pub fn starve(pid: Pid, group: Option<&Cgroup>) -> io::Result<Means> {
    if let Some(group) = group {
        group.minimal_cpu()?;
        group.add(pid)?;
        return Ok(Means::Cgroup(group.version()));
    }
    // SAFETY: all of the structure is zero, as this policy wants its priority; the kernel reads it.
    let priority: libc::sched_param = unsafe { std::mem::zeroed() };
    // SAFETY: as above; `priority` lives until the call returns.
    Errno::result(unsafe { libc::sched_setscheduler(pid.as_raw(), libc::SCHED_IDLE, &priority) })?;
    Ok(Means::IdlePolicy)
}
