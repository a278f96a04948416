//! Looks at the machine twice: a zombie that is there both times has not been reaped for that long.

use crate::gather::gather;
use crate::report::Report;
use crate::stat::{Stat, state};
use crate::table::Table;
use std::collections::HashSet;
use std::io;
use std::thread::sleep;
use std::time::Duration;

/// What an earlier look has seen.
#[derive(Debug, Default)]
pub struct Earlier {
    /// Each by [`Stat::identity`], with its parent.
    zombies: HashSet<((i32, u64), i32)>,
    /// By [`Stat::identity`].
    in_kernel: HashSet<(i32, u64)>,
}

impl Earlier {
    /// Remembers a table.
    pub fn of(table: &Table) -> Self {
        let in_kernel = table.processes.values().filter(|process| process.state == state::IN_KERNEL);
        Self {
            zombies: table.zombies().map(|zombie| (zombie.identity(), zombie.ppid)).collect(),
            in_kernel: in_kernel.map(Stat::identity).collect(),
        }
    }

    /// Returns whether a process was a zombie of the same parent. One that was adopted since is new to its parent.
    pub fn had_zombie(&self, process: &Stat) -> bool {
        self.zombies.contains(&(process.identity(), process.ppid))
    }

    /// Returns whether a process was in state D.
    pub fn was_in_kernel(&self, process: &Stat) -> bool {
        self.in_kernel.contains(&process.identity())
    }
}

/// Looks twice, `age` apart, or once if nothing is a zombie, or if `age` is zero.
///
/// # Errors
/// If `/proc` cannot be listed.
pub fn look(age: Duration) -> io::Result<Report> {
    let first = Table::read()?;
    let earlier = Earlier::of(&first);
    if earlier.zombies.is_empty() || age.is_zero() {
        return Ok(gather(&first, &earlier));
    }
    drop(first);
    sleep(age);
    look_again(&earlier)
}

/// Looks once more after an earlier look.
///
/// # Errors
/// If `/proc` cannot be listed.
pub fn look_again(earlier: &Earlier) -> io::Result<Report> {
    Ok(gather(&Table::read()?, earlier))
}
