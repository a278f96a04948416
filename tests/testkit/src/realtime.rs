//! Whoever measures and what is measured, each on a CPU of its own and ahead of everybody else.

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use std::mem;

/// This thread's precedence, until it is dropped. Children inherit it.
pub struct RealtimePriority {
    before: CpuSet,
    /// Whether this machine lets us have real-time priority.
    pub is_granted: bool,
    /// The CPU for what is measured.
    pub cpu: usize,
}

impl RealtimePriority {
    /// Takes it: this thread moves to the first CPU that it may use, and leaves the last one for what it measures. Where
    /// both are the same, priority would do harm, and is not asked for.
    pub fn take() -> nix::Result<Self> {
        let this = Pid::from_raw(0);
        let before = sched_getaffinity(this)?;
        let allowed = || (0..CpuSet::count()).filter(|&cpu| before.is_set(cpu) == Ok(true));
        let (ours, cpu) = (allowed().next().ok_or(Errno::ENODEV)?, allowed().next_back().ok_or(Errno::ENODEV)?);
        let mut only = CpuSet::new();
        only.set(ours)?;
        sched_setaffinity(this, &only)?;
        Ok(Self { before, is_granted: ours != cpu && schedule(libc::SCHED_FIFO, 1).is_ok(), cpu })
    }
}

impl Drop for RealtimePriority {
    fn drop(&mut self) {
        if self.is_granted {
            schedule(libc::SCHED_OTHER, 0).expect("everybody may be ordinary");
        }
        _ = sched_setaffinity(Pid::from_raw(0), &self.before);
    }
}

fn schedule(policy: i32, priority: i32) -> nix::Result<()> {
    // SAFETY: the structure is made of numbers, and zero is a valid value for each of them.
    let mut parameters: libc::sched_param = unsafe { mem::zeroed() };
    parameters.sched_priority = priority;
    // SAFETY: the kernel reads it before the call returns.
    Errno::result(unsafe { libc::sched_setscheduler(0, policy, &parameters) }).map(drop)
}
