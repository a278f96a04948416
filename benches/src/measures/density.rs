//! What a sandbox costs the machine when there are many: all memory that a control group is charged for, the kernel's
//! share included (stacks, page tables, the process's and the namespace's own structures).
//!
//! The kernel charges whoever makes a process for it. So another process, alone in a group, makes all of them; we only
//! look on, because looking into `/proc` costs memory too.

use crate::Result;
use crate::bench::Bench;
use crate::peers::Peer;
use crate::report::grouped;
use crate::results::{Better, Row};
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

/// Memory that must be there for each sandbox, in bytes: several times what any of them takes.
const RESERVE: u64 = 1 << 20;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for &(size, rounds) in bench.effort.crowds {
        let name = format!("memory per sandbox, {} of them", grouped(size as f64));
        let fits = has_room_for(size)?;
        let samples = bench.rounds(&name, rounds, |peer| if fits { cost(peer, size).map(Some) } else { Ok(None) })?;
        rows.push(samples.row(&name, "KiB", Better::Lower, |&bytes| bytes / 1024.0 / size as f64));
    }
    Ok(rows)
}

/// Whether the machine can hold so many, and everything else that runs on it.
fn has_room_for(size: usize) -> Result<bool> {
    let limit =
        |name: &str| -> Result<usize> { Ok(fs::read_to_string(format!("/proc/sys/kernel/{name}"))?.trim().parse()?) };
    let processes = limit("pid_max")?.min(limit("threads-max")?);
    let memory = Meminfo::current()?.mem_available.unwrap_or(0);
    Ok(3 * size < processes && size as u64 * RESERVE < memory) // two processes each, and room for others
}

/// The bytes that so many sandboxes take.
fn cost(peer: &Peer, size: usize) -> Result<f64> {
    let group = Cgroup::new()?;
    let mut keeper = Keeper::start(peer, &group)?;
    keeper.keep(1)?; // whatever it needs itself, it has now
    let before = group.memory()?;
    keeper.keep(size + 1)?;
    let after = group.memory()?;
    keeper.end()?;
    Ok(after as f64 - before as f64)
}

/// The process that makes them, as this side sees it.
struct Keeper {
    process: PodProcess,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    crowd: Vec<Pid>,
}

impl Keeper {
    fn start(peer: &Peer, group: &Cgroup) -> Result<Self> {
        let mut command = Command::new(current_exe()?);
        command.arg("--crowd").args(peer.words()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let entrances = group.entrances();
        let enter = move || entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"));
        let mut process = PodProcess::outside_after(command, enter);
        let orders = process.streams().stdin.take().expect("it is piped");
        let answers = BufReader::new(process.streams().stdout.take().expect("it is piped"));
        Ok(Self { process, orders, answers, crowd: Vec::new() })
    }

    /// Has it make more, until there are so many; returns when all of them have nothing to do.
    fn keep(&mut self, size: usize) -> Result<()> {
        writeln!(self.orders, "{size}")?;
        while self.crowd.len() < size {
            let mut line = String::new();
            self.answers.read_line(&mut line)?;
            let pid =
                line.trim().parse().map_err(|_| format!("only {} of {size} could be started", self.crowd.len()))?;
            self.crowd.push(Pid::from_raw(pid));
        }
        for &pid in &self.crowd {
            until("a sandbox of a crowd has nothing to do", || process_tree(pid).into_iter().all(is_asleep));
        }
        Ok(())
    }

    fn end(self) -> Result<()> {
        drop(self.orders);
        let status = self.process.wait().status;
        if status.success() { Ok(()) } else { Err(format!("who kept a crowd ended with {status}").into()) }
    }
}

/// The far side: starts sandboxes until there are as many as a line of standard input says, and tells who they are. At
/// the end of standard input, ends all of them.
pub fn serve(words: &[String]) -> Result<()> {
    let [path, arguments @ ..] = words else { return Err("a crowd of what?".into()) };
    let program = Program::new(Path::new(path), arguments);
    let mut crowd: Vec<LoneProcess1> = Vec::new();
    for line in stdin().lines() {
        let size: usize = line?.parse()?;
        while crowd.len() < size {
            let sandbox = LoneProcess1::start(&program, None)?;
            writeln!(stdout(), "{}", sandbox.pid())?;
            crowd.push(sandbox);
        }
    }
    crowd.iter().for_each(|sandbox| sandbox.signal(Signal::SIGKILL)); // all at once, and then wait for each
    Ok(())
}
