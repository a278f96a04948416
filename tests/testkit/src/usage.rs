//! What a process uses (memory, CPU time, context switches, descriptors), its state and its children, from `/proc`.

use crate::deadline::until;
use nix::unistd::Pid;
use procfs::process::{Process, Status};
use procfs::{ProcError, ProcResult};
use std::fs;

/// Memory, in KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Resident pages, counted one by one: the figure in `status` may lag.
    pub rss: u64,
    /// The resident pages that have no file behind them.
    pub anonymous: u64,
    /// Page tables.
    pub page_tables: u64,
}

/// Returns the memory that a process uses now.
pub fn memory(pid: Pid) -> ProcResult<Memory> {
    let process = Process::new(pid.as_raw())?;
    let rollup = process.smaps_rollup()?;
    let field = |name: &str| -> ProcResult<u64> {
        let missing = || ProcError::Other(format!("no {name} in smaps_rollup"));
        let maps = &rollup.memory_map_rollup.0;
        maps.iter().find_map(|map| map.extension.map.get(name)).map(|bytes| bytes / 1024).ok_or_else(missing)
    };
    let no_page_tables = || ProcError::Other("no VmPTE in status".into());
    Ok(Memory {
        rss: field("Rss")?,
        anonymous: field("Anonymous")?,
        page_tables: process.status()?.vmpte.ok_or_else(no_page_tables)?,
    })
}

/// Returns how many descriptors a process has open.
pub fn descriptors(pid: Pid) -> ProcResult<usize> {
    Process::new(pid.as_raw())?.fd_count()
}

/// Returns how many context switches a process has had, voluntary or not.
pub fn context_switches(pid: Pid) -> ProcResult<u64> {
    Ok(switches(&Process::new(pid.as_raw())?.status()?))
}

/// Returns the context switches in a status.
pub(crate) fn switches(status: &Status) -> u64 {
    status.voluntary_ctxt_switches.unwrap_or(0) + status.nonvoluntary_ctxt_switches.unwrap_or(0)
}

/// Returns the CPU time that a process has used, in nanoseconds.
pub fn cpu_time(pid: Pid) -> ProcResult<u64> {
    Ok(Process::new(pid.as_raw())?.schedstat()?.sum_exec_runtime)
}

/// Returns `/proc/PID/status`.
#[track_caller]
pub fn status(pid: Pid) -> Status {
    Process::new(pid.as_raw()).and_then(|process| process.status()).expect("the process is alive")
}

/// Returns the state of a process as `ps` shows it (R, S, D, T, t, Z, …), or `None` if the process is gone.
pub fn state(pid: Pid) -> Option<char> {
    Some(Process::new(pid.as_raw()).ok()?.stat().ok()?.state)
}

/// Returns whether a signal has stopped a process.
pub fn is_stopped(pid: Pid) -> bool {
    state(pid) == Some('T')
}

/// Returns the children that the first thread of a process has, zombies included.
pub fn children(pid: Pid) -> Vec<Pid> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().map(|child| Pid::from_raw(child.parse().expect("a process ID"))).collect()
}

/// Waits until a process waits in `write`.
#[track_caller]
pub fn until_it_writes(pid: Pid) {
    until("it waits in a write", || {
        let call = fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
        call.starts_with(&format!("{} ", libc::SYS_write))
    });
}

/// Returns the system call that a process sleeps in, as `/proc/PID/syscall` shows it, or `None` if it runs or has a
/// signal to handle. The caller must have seen it in state `S`: then a signal that woke it since is pending or makes it
/// run.
pub fn sleeps_in(process: &Process) -> Option<String> {
    let call = fs::read_to_string(format!("/proc/{}/syscall", process.pid())).ok()?;
    let status = process.status().ok()?;
    let is_idle = (status.sigpnd | status.shdpnd) & !status.sigblk == 0 && !call.starts_with("running");
    is_idle.then_some(call)
}
