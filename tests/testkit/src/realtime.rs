//! Real-time priority for a measuring thread, on a CPU that it does not share with what it measures.

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use std::mem;

/// The calling thread.
const THIS: Pid = Pid::from_raw(0);

/// Real-time priority of this thread, which its children inherit. When dropped, the thread has its former priority and
/// CPUs.
pub struct RealtimePriority {
    before: CpuSet,
    /// Whether this machine grants real-time priority.
    pub is_granted: bool,
    /// The CPU for the measured program.
    pub cpu: usize,
}

impl RealtimePriority {
    /// Moves this thread to the first CPU that it may use, and leaves the last one to the measured program. If both are
    /// the same, priority would starve the program, and is not requested.
    pub fn take() -> nix::Result<Self> {
        let before = sched_getaffinity(THIS)?;
        let (ours, cpu) = (cpus(&before).next(), cpus(&before).next_back());
        let (ours, cpu) = ours.zip(cpu).ok_or(Errno::ENODEV)?;
        move_to(ours)?;
        Ok(Self { before, is_granted: ours != cpu && schedule(THIS, libc::SCHED_FIFO, 1).is_ok(), cpu })
    }
}

impl Drop for RealtimePriority {
    fn drop(&mut self) {
        if self.is_granted {
            schedule(THIS, libc::SCHED_OTHER, 0).expect("every thread may give up its priority");
        }
        _ = sched_setaffinity(THIS, &self.before); // fails only if the machine has lost these CPUs
    }
}

/// Moves this thread to the first CPU that it may use.
pub(crate) fn use_one_cpu() -> nix::Result<()> {
    move_to(cpus(&sched_getaffinity(THIS)?).next().ok_or(Errno::ENODEV)?)
}

fn cpus(set: &CpuSet) -> impl DoubleEndedIterator<Item = usize> {
    (0..CpuSet::count()).filter(|&cpu| set.is_set(cpu) == Ok(true))
}

fn move_to(cpu: usize) -> nix::Result<()> {
    let mut only = CpuSet::new();
    only.set(cpu)?;
    sched_setaffinity(THIS, &only)
}

/// Sets the scheduling policy and priority of a process; 0 is the calling thread.
pub fn schedule(pid: Pid, policy: i32, priority: i32) -> nix::Result<()> {
    // SAFETY: the structure is made of numbers, and zero is a valid value for each of them.
    let mut parameters: libc::sched_param = unsafe { mem::zeroed() };
    parameters.sched_priority = priority;
    // SAFETY: the kernel reads `parameters` before the call returns.
    Errno::result(unsafe { libc::sched_setscheduler(pid.as_raw(), policy, &parameters) }).map(drop)
}
