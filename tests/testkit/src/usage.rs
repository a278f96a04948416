//! What a process costs, from `/proc/<pid>`, as this side sees it.

use nix::unistd::Pid;
use procfs::process::Process;
use procfs::{ProcError, ProcResult};

/// Memory, in KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Pages that are mapped and present, counted one by one: the figure in `status` may lag.
    pub rss: u64,
    /// Those of them that no file backs.
    pub anonymous: u64,
    /// Page tables.
    pub page_tables: u64,
}

/// The memory of a process now.
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

/// How many files it has open.
pub fn descriptors(pid: Pid) -> ProcResult<usize> {
    Process::new(pid.as_raw())?.fd_count()
}

/// How often the CPU was taken from a process or given up by it, since it began.
pub fn context_switches(pid: Pid) -> ProcResult<u64> {
    let status = Process::new(pid.as_raw())?.status()?;
    Ok(status.voluntary_ctxt_switches.unwrap_or(0) + status.nonvoluntary_ctxt_switches.unwrap_or(0))
}

/// CPU time since it began, in nanoseconds.
pub fn cpu_time(pid: Pid) -> ProcResult<u64> {
    Ok(Process::new(pid.as_raw())?.schedstat()?.sum_exec_runtime)
}
