//! What of `/proc` is hidden from this user.

use crate::status::Status;
use crate::table::Table;
use procfs::process::Process;
use std::fs;

/// With this capability, the option hides nothing (`has_pid_permissions` in the kernel's `fs/proc/base.c`).
const CAP_SYS_PTRACE: u32 = 19;

/// Returns a sentence for each thing that is missing. If there is none, all zombies were seen.
pub fn missing(table: &Table) -> Vec<String> {
    let mut missing = Vec::new();
    if let Some(option) = hidepid() {
        missing.push(format!(
            "/proc is mounted with hidepid={option}: the processes of other users are hidden. Run it as root, or as a member \
             of the group in the mount's option gid=."
        ));
    } else if table.denied > 0 {
        missing.push(format!("{} processes may not be looked at. Run it as root.", table.denied));
    }
    missing
}

/// Returns the value of the mount option that hides processes from this one, if there is one.
fn hidepid() -> Option<String> {
    let mounts = Process::myself().ok()?.mountinfo().ok()?;
    let proc = mounts.0.into_iter().rev().find(|mount| mount.mount_point.as_os_str() == "/proc")?; // the uppermost
    let value = proc.super_options.get("hidepid")?.clone()?;
    let me = Status::parse(&fs::read("/proc/self/status").ok()?);
    let group = proc.super_options.get("gid").and_then(|gid| gid.as_ref()?.parse().ok()).unwrap_or(0);
    let sees_all = me.capabilities & 1 << CAP_SYS_PTRACE != 0 || me.groups.contains(&group);
    (value != "0" && value != "off" && !sees_all).then_some(value)
}
