//! What a sandbox costs on this kernel: what a control group is charged, resident set and page tables.

use super::Console;
use super::mounts::CGROUPS;
use crate::console::Line;
use crate::initramfs::PROGRAMS;
use crate::suite::{EQUIVALENT, FLOOR, OTHER};
use nix::unistd::{SysconfVar, sysconf};
use std::fs;
use std::io;
use std::path::Path;
use testkit::LoneProcess1;
use testkit::lone_process_1::{Program, settle};
use testkit::usage::memory;

/// How many sandboxes share the group. What the kernel charges for them all is divided by their number.
const SANDBOXES: u64 = 100;

/// Measures it for each process 1.
pub fn measure(console: &Console) -> io::Result<()> {
    let is_there = |name: &&str| Path::new(&format!("/{PROGRAMS}/{name}")).exists();
    for name in ["pause", OTHER, FLOOR, EQUIVALENT].iter().filter(|name| is_there(name)) {
        // The first time, the kernel charges what all sandboxes share, such as the program's file.
        cost(name)?;
        console.say(&Line::Memory((*name).into(), cost(name)?));
    }
    Ok(())
}

/// Returns what one sandbox costs, in bytes: charged memory, resident set and page tables. The last two are means.
fn cost(name: &str) -> io::Result<[u64; 3]> {
    let program = Program::new(Path::new(&format!("/{PROGRAMS}/{name}")), &[""; 0]);
    let group = Path::new(CGROUPS).join("memory");
    fs::create_dir(&group)?;
    // The kernel charges the group of the process that forks, so this process joins it meanwhile.
    enter(&group)?;
    let started = (0..SANDBOXES).map(|_| LoneProcess1::start(&program, None)).collect::<io::Result<Vec<_>>>();
    enter(Path::new(CGROUPS))?;
    let sandboxes = started?;
    let mut sums = [0; 3];
    for sandbox in &sandboxes {
        settle(sandbox.pid());
        let memory = memory(sandbox.pid()).map_err(io::Error::other)?;
        sums[1] += memory.rss * 1024;
        sums[2] += memory.page_tables * 1024;
    }
    sums[0] = charged(&group)?;
    drop(sandboxes);
    fs::remove_dir(&group)?;
    Ok(sums.map(|sum| sum / SANDBOXES))
}

fn enter(group: &Path) -> io::Result<()> {
    fs::write(group.join("cgroup.procs"), "0")
}

/// Returns what a group is charged. The kernel charges in advance, up to 64 pages for each CPU. A limit just below makes it
/// give that back (`memory_high_write`).
fn charged(group: &Path) -> io::Result<u64> {
    let page = sysconf(SysconfVar::PAGE_SIZE)?.and_then(|page| u64::try_from(page).ok()).unwrap_or(4096);
    let read = || -> io::Result<u64> {
        let text = fs::read_to_string(group.join("memory.current"))?;
        text.trim().parse().map_err(io::Error::other)
    };
    fs::write(group.join("memory.high"), read()?.saturating_sub(page).to_string())?;
    fs::write(group.join("memory.high"), "max")?;
    read()
}
