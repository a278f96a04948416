//! Gathers what is known of each zombie and of its parent, and groups the zombies by parent and verdict.

use crate::cgroup::{Groups, Hierarchies};
use crate::facts::{Frozen, InKernel, Named, Parent, Place, Zombie};
use crate::look::Earlier;
use crate::report::{Finding, Report};
use crate::stat::{Stat, state};
use crate::status::Status;
use crate::table::{Buffer, Table, file_of};
use crate::text::harmless;
use crate::verdict::{Verdict, judge};
use crate::{container, limits, parallel, visibility};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;

/// The inode of a machine's first PID namespace (`PROC_PID_INIT_INO` in the kernel's `include/linux/proc_ns.h`).
const FIRST_NAMESPACE: u64 = 0xEFFF_FFFC;

/// What every process is looked up in.
struct Context<'a> {
    table: &'a Table,
    earlier: &'a Earlier,
    hierarchies: Hierarchies,
    /// The seconds since boot, if this `/proc` tells.
    uptime: Option<u64>,
    /// The parents of zombies.
    parents: HashSet<i32>,
    is_first_namespace: bool,
}

/// Reports all zombies of a table. Those that the earlier look did not have are young.
pub fn gather(table: &Table, earlier: &Earlier) -> Report {
    let (old, young): (Vec<&Stat>, Vec<&Stat>) = table.zombies().partition(|zombie| earlier.had_zombie(zombie));
    let context = Context {
        table,
        earlier,
        hierarchies: Hierarchies::find(),
        uptime: uptime(),
        parents: old.iter().map(|zombie| zombie.ppid).collect(),
        is_first_namespace: fs::metadata("/proc/self/ns/pid").is_ok_and(|file| file.ino() == FIRST_NAMESPACE),
    };

    let mut parents: HashMap<i32, Option<Parent>> = HashMap::new();
    let mut groups: HashMap<(i32, Verdict), (Groups, Vec<Zombie>)> = HashMap::new();
    let read = |buffer: &mut Buffer, stat: &&Stat| {
        let status = buffer.read(stat.pid, "status").ok()?; // it can be gone
        Some(context.zombie(stat, &Status::parse(status)))
    };
    for (stat, zombie) in old.iter().zip(parallel::for_each(&old, read)) {
        let Some(zombie) = zombie else { continue };
        let parent = parents.entry(zombie.ppid).or_insert_with(|| context.parent(zombie.ppid));
        if parent.is_none() && zombie.ppid != 0 && context.has_moved(stat) {
            continue; // its parent has ended since, and process 1 has it
        }
        let verdict = judge(&zombie, parent.as_ref());
        let (_, zombies) = groups
            .entry((zombie.ppid, verdict))
            .or_insert_with(|| (context.groups(&zombie, parent.as_ref()), Vec::new()));
        zombies.push(zombie);
    }

    let finding = |((ppid, verdict), (groups, mut zombies)): ((i32, Verdict), (Groups, Vec<Zombie>))| {
        zombies.sort_by_key(|zombie| zombie.process.pid);
        let parent = parents.get(&ppid).cloned().flatten();
        let place = context.place(&groups, &zombies[0]);
        Finding::new(verdict, parent, place, limits::of(&groups, &context.hierarchies), zombies)
    };
    let findings = groups.into_iter().map(finding).collect();
    let pid_max = procfs::sys::kernel::pid_max().ok().and_then(|max| max.try_into().ok());
    Report::new(findings, young.len(), pid_max, visibility::missing(table))
}

fn uptime() -> Option<u64> {
    fs::read_to_string("/proc/uptime").ok()?.split('.').next()?.parse().ok()
}

impl Context<'_> {
    fn named(&self, pid: i32) -> Named {
        let command = self.table.processes.get(&pid).map_or_else(|| "?".to_owned(), |stat| harmless(&stat.command));
        Named { pid, command }
    }

    fn status(&self, pid: i32) -> Option<Status> {
        file_of(pid, "status").map(|bytes| Status::parse(&bytes))
    }

    fn zombie(&self, stat: &Stat, status: &Status) -> Zombie {
        let started = stat.start / procfs::ticks_per_second();
        Zombie {
            process: self.named(stat.pid),
            pid_in_namespace: status.pid_in_namespace().unwrap_or(stat.pid),
            depth: status.depth(),
            uid: status.uid,
            started_seconds_ago: self.uptime.map(|now| now.saturating_sub(started)),
            threads: stat.threads,
            threads_in_kernel: if stat.threads > 1 { threads_in_kernel(stat.pid) } else { Vec::new() },
            tracer: (status.tracer != 0).then(|| self.named(status.tracer)),
            ppid: stat.ppid,
        }
    }

    /// Returns whether a zombie has another parent by now, or is gone.
    fn has_moved(&self, stat: &Stat) -> bool {
        let now = file_of(stat.pid, "stat").and_then(|bytes| Stat::parse(&bytes));
        now.is_none_or(|now| now.ppid != stat.ppid)
    }

    /// Returns `None` if it cannot be seen.
    fn parent(&self, pid: i32) -> Option<Parent> {
        // It may have started after the table was read at its place.
        let now = || file_of(pid, "stat").and_then(|bytes| Stat::parse(&bytes));
        let stat = &self.table.processes.get(&pid).cloned().or_else(now)?;
        let status = self.status(pid)?;
        let function = function(pid, pid);
        let is_frozen_by_function = function.as_ref().is_some_and(|name| FREEZING.contains(&&**name));
        let frozen = match self.hierarchies.frozen(&Groups::of(pid)) {
            None if !is_frozen_by_function => None,
            cgroup => Some(Frozen { cgroup: cgroup.map(|path| harmless(path.as_bytes())) }),
        };
        let stays = stat.state == state::IN_KERNEL && self.earlier.was_in_kernel(stat);
        let process_1 = self.process_1(stat, &status);
        Some(Parent {
            process: self.named(pid),
            pid_in_namespace: status.pid_in_namespace().unwrap_or(pid),
            depth: status.depth(),
            uid: status.uid,
            state: stat.state.into(),
            is_ending: stat.is_ending,
            sigchld: status.sigchld,
            tracer: (status.tracer != 0).then(|| self.named(status.tracer)),
            frozen,
            in_kernel: stays.then_some(InKernel { id: pid, function }),
            process_1_has_zombies: process_1.as_ref().is_some_and(|process| self.parents.contains(&process.pid)),
            process_1,
        })
    }

    /// Finds process 1 of a process's namespace among its ancestors. A process that was executed from outside of the
    /// namespace has none there.
    fn process_1(&self, stat: &Stat, status: &Status) -> Option<Named> {
        if status.pid_in_namespace() == Some(1) {
            return None;
        }
        if status.depth() == 1 {
            return Some(self.named(1));
        }
        let mut pid = stat.ppid;
        while pid != 0 {
            let ancestor = self.status(pid).filter(|ancestor| ancestor.depth() == status.depth())?;
            if ancestor.pid_in_namespace() == Some(1) {
                return Some(self.named(pid));
            }
            pid = self.table.processes.get(&pid)?.ppid;
        }
        None
    }

    /// Returns the control groups of a zombie, as far as its parent has to show them.
    fn groups(&self, zombie: &Zombie, parent: Option<&Parent>) -> Groups {
        let own = Groups::of(zombie.process.pid);
        // A parent outside, such as a runtime's shim, is not in the container.
        let is_inside = parent.is_some_and(|parent| parent.depth >= zombie.depth);
        if is_inside { own.or(&Groups::of(zombie.ppid)) } else { own }
    }

    fn place(&self, groups: &Groups, zombie: &Zombie) -> Place {
        match groups.paths().find_map(container::of) {
            Some(container) => Place::Container(container),
            None if zombie.depth > 1 || !self.is_first_namespace => Place::Namespace,
            None => Place::Machine,
        }
    }
}

/// The kernel's functions in which frozen processes wait, under version 1 and 2: for a cgroup that is not visible here.
const FREEZING: [&str; 2] = ["__refrigerator", "do_freezer_trap"];

/// Returns the kernel's function in which a thread waits, if this user may know.
fn function(pid: i32, thread: i32) -> Option<String> {
    let bytes = file_of(pid, &format!("task/{thread}/wchan"))?;
    Some(harmless(&bytes)).filter(|name| !name.is_empty() && name != "0")
}

/// Returns the threads of a process that no signal reaches.
fn threads_in_kernel(pid: i32) -> Vec<InKernel> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let ids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let is_in_kernel = |thread: &i32| {
        let stat = file_of(pid, &format!("task/{thread}/stat")).and_then(|bytes| Stat::parse(&bytes));
        stat.is_some_and(|stat| stat.state == state::IN_KERNEL)
    };
    ids.filter(is_in_kernel).map(|id| InKernel { id, function: function(pid, id) }).collect()
}
