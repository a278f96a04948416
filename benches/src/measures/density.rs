//! The memory that each of many sandboxes costs: all that a control group is charged for, including the kernel's memory
//! (stacks, page tables, the structures of processes and namespaces).
//!
//! The kernel charges memory to the process that allocates it. So another process, alone in a group, starts all
//! sandboxes. This one only watches, because even reading `/proc` costs memory.

use crate::bench::Bench;
use crate::numbers::grouped;
use crate::peers::Peer;
use crate::row::{Better, Row};
use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use procfs::{Current, Meminfo};
use std::env::current_exe;
use std::fs;
use std::io::{BufRead, BufReader, Write, stdin, stdout};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use testkit::cgroup::Cgroup;
use testkit::lone_process_1::{LoneProcess1, Program, is_asleep, process_tree};
use testkit::{PodProcess, until};

pub const MEASURE: &str = "memory per sandbox";

/// The free memory that this needs for each sandbox, in bytes: several times what any of them takes.
const RESERVE: u64 = 1 << 20;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for &(count, rounds) in bench.counts.density {
        let name = format!("{MEASURE}, of {}", grouped(count as f64));
        let rounds = if has_room_for(count)? { rounds } else { 0 };
        let samples = bench.rounds(&name, rounds, |peer| memory_of(peer, count))?;
        rows.push(samples.row(&name, "KiB", Better::Lower, |&bytes| bytes / 1024.0 / count as f64));
    }
    Ok(rows)
}

/// Whether this machine has enough memory and process IDs for so many sandboxes.
fn has_room_for(count: usize) -> Result<bool> {
    let limit =
        |name: &str| -> Result<usize> { Ok(fs::read_to_string(format!("/proc/sys/kernel/{name}"))?.trim().parse()?) };
    let processes = limit("pid_max")?.min(limit("threads-max")?);
    let memory = Meminfo::current()?.mem_available.unwrap_or(0);
    Ok(3 * count < processes && count as u64 * RESERVE < memory) // two processes each, and room for others
}

/// Returns the bytes that so many sandboxes take.
fn memory_of(peer: &Peer, count: usize) -> Result<f64> {
    let group = Cgroup::new()?;
    let mut starter = Starter::new(peer, &group)?;
    starter.start_until(1)?; // the starter has allocated its own memory by then
    let before = group.memory()?;
    starter.start_until(count + 1)?;
    let after = group.memory()?;
    starter.end()?;
    Ok(after as f64 - before as f64)
}

/// The process that starts the sandboxes.
struct Starter {
    process: PodProcess,
    counts: ChildStdin,
    pids: BufReader<ChildStdout>,
    sandboxes: Vec<Pid>,
}

impl Starter {
    fn new(peer: &Peer, group: &Cgroup) -> Result<Self> {
        let (program, mut command) = (peer.command(), Command::new(current_exe()?));
        command.arg("--sandboxes").arg(program.get_program()).args(program.get_args());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let entrances = group.entrances();
        let enter = move || entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"));
        let mut process = PodProcess::outside_after(command, enter);
        let counts = process.streams().stdin.take().expect("a pipe");
        let pids = BufReader::new(process.streams().stdout.take().expect("a pipe"));
        Ok(Self { process, counts, pids, sandboxes: Vec::new() })
    }

    /// Starts sandboxes until there are `count`; returns when all of them are idle.
    fn start_until(&mut self, count: usize) -> Result<()> {
        writeln!(self.counts, "{count}")?;
        while self.sandboxes.len() < count {
            let mut line = String::new();
            self.pids.read_line(&mut line)?;
            let started = self.sandboxes.len();
            let pid = line.trim().parse().with_context(|| format!("started only {started} of {count} sandboxes"))?;
            self.sandboxes.push(Pid::from_raw(pid));
        }
        for &pid in &self.sandboxes {
            until("each sandbox is idle", || process_tree(pid).into_iter().all(is_asleep));
        }
        Ok(())
    }

    fn end(self) -> Result<()> {
        drop(self.counts);
        let status = self.process.wait().status;
        ensure!(status.success(), "the process that started the sandboxes ended with {status}");
        Ok(())
    }
}

/// The starter's own code: for each line of standard input, starts sandboxes until there are as many as it says, and
/// prints their process IDs. Kills all of them at the end of standard input.
pub fn start_sandboxes(words: &[String]) -> Result<()> {
    let [path, arguments @ ..] = words else { bail!("--sandboxes needs a program") };
    let program = Program::new(Path::new(path), arguments);
    let mut sandboxes: Vec<LoneProcess1> = Vec::new();
    for line in stdin().lines() {
        let count: usize = line?.parse()?;
        while sandboxes.len() < count {
            let sandbox = LoneProcess1::start(&program, None)?;
            writeln!(stdout(), "{}", sandbox.pid())?;
            sandboxes.push(sandbox);
        }
    }
    // Before the drop of each, which waits for its end.
    sandboxes.iter().for_each(|sandbox| sandbox.signal(Signal::SIGKILL));
    Ok(())
}
