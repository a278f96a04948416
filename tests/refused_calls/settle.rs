//! Waits until a process and its descendants are idle. Notices that one spins or hangs.

use crate::scenario::Timing;
use nix::unistd::Pid;
use procfs::process::{Process, StatFlags};
use std::process::ExitStatus;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::PodProcess;
use testkit::lone_process_1::process_tree;
use testkit::usage::{context_switches, cpu_time, sleeps_in};

/// CPU time, in nanoseconds, that no program here needs for a step.
const TOO_MUCH: u64 = 200_000_000;

/// Calls in which the programs here wait.
const SLEEPS: [libc::c_long; 4] =
    [libc::SYS_rt_sigtimedwait, libc::SYS_read, libc::SYS_nanosleep, libc::SYS_clock_nanosleep];

/// The state of a process that has settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Ended(ExitStatus),
    /// It waits, or is stopped, as do its descendants.
    Waits,
    Spins,
    /// It is neither idle nor spinning when the deadline has passed.
    Hangs,
}

/// Waits until a process has ended or is idle.
pub fn settle(process: &mut PodProcess, timing: Timing) -> Settled {
    let pid = process.pid();
    let used = cpu_time(pid).unwrap_or(0);
    let start = Instant::now();
    loop {
        let before = idle_tree(pid, timing);
        if let Some(status) = process.status() {
            return Settled::Ended(status);
        }
        sleep(if before.is_some() { timing.idle } else { Duration::from_micros(200) });
        if before.is_some() && before == idle_tree(pid, timing) {
            return Settled::Waits;
        }
        if cpu_time(pid).is_ok_and(|now| now > used + TOO_MUCH) {
            return Settled::Spins;
        }
        if start.elapsed() > timing.timeout {
            return Settled::Hangs;
        }
    }
}

/// Waits until a process has ended.
pub fn end(process: &mut PodProcess, timing: Timing) -> Settled {
    let start = Instant::now();
    loop {
        match settle(process, timing) {
            Settled::Waits if start.elapsed() > timing.timeout => return Settled::Hangs,
            Settled::Waits => sleep(Duration::from_millis(20)), // a grace period takes seconds
            settled => return settled,
        }
    }
}

/// Returns a process and its descendants, with counters that change when one of them runs. Returns `None` if one of them
/// is not idle.
fn idle_tree(pid: Pid, timing: Timing) -> Option<Vec<(Pid, char, u64)>> {
    process_tree(pid).into_iter().map(|process| idle(process, process == pid, timing)).collect()
}

fn idle(pid: Pid, is_root: bool, timing: Timing) -> Option<(Pid, char, u64)> {
    let process = Process::new(pid.as_raw()).ok()?;
    let stat = process.stat().ok()?;
    let state = stat.state;
    match state {
        // A process 1 that exits sleeps until its namespace is empty.
        _ if stat.flags & StatFlags::PF_EXITING.bits() != 0 && state != 'Z' => return None,
        'Z' if !is_root => return Some((pid, state, 0)),
        'T' => {}
        'S' => {
            let call = sleeps_in(&process)?;
            let is_known = SLEEPS.iter().any(|number| call.starts_with(&format!("{number} ")));
            if timing.is_recorded && !is_known {
                return None; // it waits for the thread that records the call
            }
        }
        _ => return None,
    }
    Some((pid, state, context_switches(pid).ok()?))
}
