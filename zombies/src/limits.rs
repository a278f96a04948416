//! The limits on process IDs: `pids.max` of a control group and of those above it, and the kernel's `pid_max`.

use crate::cgroup::{Groups, Hierarchies};
use serde::Serialize;
use std::fs;
use std::path::Path;

/// A limit, and what counts against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// The path of the control group.
    pub cgroup: String,
    /// `pids.max`.
    pub limit: u64,
    /// `pids.current`: processes and threads, zombies included.
    pub used: u64,
    /// The zombies in that group and in those below it.
    pub zombies: usize,
}

/// Returns the limits of a process's group and of the groups above it, the innermost first. A group without a limit is left
/// out. The zombies are counted later.
pub fn of(groups: &Groups, hierarchies: &Hierarchies) -> Vec<Limit> {
    let number = |folder: &Path, name: &str| fs::read_to_string(folder.join(name)).ok()?.trim().parse().ok();
    let limit = |(folder, cgroup): (std::path::PathBuf, String)| {
        let (limit, used) = (number(&folder, "pids.max")?, number(&folder, "pids.current")?);
        Some(Limit { cgroup, limit, used, zombies: 0 })
    };
    hierarchies.with_pids(groups).into_iter().filter_map(limit).collect()
}
