//! Runs a program in a case, and returns the outcome.

use crate::case::{Before, Case, Place, Step, Stream};
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::{Pid, close};
use procfs::process::Process;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use testkit::deadline::until_some;
use testkit::pause_process::Started;
use testkit::pod::send;
use testkit::programs::orphan_maker;
use testkit::shim::{block_all_and_ignore, dead_children};
use testkit::streams::{fill, unused_terminal};
use testkit::usage::{self, cpu_time, sleeps_in};
use testkit::{Pod, PodProcess};

/// The outcome of a run.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub end: End,
    pub stdout: String,
    pub stderr: String,
    /// The zombies that it has not reaped.
    pub zombies: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It exited with this status.
    Exited(i32),
    /// This signal killed it.
    Killed(i32),
    /// It sleeps until something happens …
    Waits,
    /// … or until its output is read.
    Writes,
    Stopped,
    /// It uses the CPU without end.
    Spins,
}

/// CPU time, in nanoseconds. A program that uses more in a step spins.
const TOO_LONG: u64 = 100_000_000;

pub fn run(program: &Path, case: &Case) -> Outcome {
    let mut command = Command::new(program);
    let (stdout, stdout_end) = stream(case.stdout);
    let (stderr, stderr_end) = stream(case.stderr);
    command.args(case.arguments).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    let mut started = match case.place {
        Place::Process1 => Started::Process1(Pod::start_after(command, last_step(case))),
        Place::Ordinary => Started::Ordinary(PodProcess::outside_after(command, last_step(case))),
    };

    let has_ended = |end: End| matches!(end, End::Exited(_) | End::Killed(_));
    let (mut end, mut zombies) = settle(&mut started);
    for step in case.steps {
        match (step, &started) {
            _ if has_ended(end) => break,
            (Step::Signal(number), _) => drop(send(started.process().pid(), *number)),
            (Step::Orphan, Started::Process1(pod)) => {
                let made = pod.join(orphan_maker(&["one-by-one", "1"])).wait().status;
                assert!(made.success(), "no orphan: {made}");
            }
            (Step::Orphan, Started::Ordinary(_)) => unreachable!("only a process 1 adopts orphans"),
        }
        (end, zombies) = settle(&mut started);
    }
    if !has_ended(end) {
        started.process().signal(libc::SIGKILL);
    }
    let output = started.into_process().wait();
    let stdout = written(output.stdout, case.stdout, stdout_end);
    let stderr = written(output.stderr, case.stderr, stderr_end);
    Outcome { end, stdout, stderr, zombies }
}

/// Returns a stream of this kind, and its other end, which stays open during the run.
fn stream(kind: Stream) -> (Stdio, Option<File>) {
    match kind {
        Stream::Read => (Stdio::piped(), None),
        Stream::Closed => (Stdio::null(), None), // the last step closes it
        Stream::Full => {
            let full = File::options().write(true).open("/dev/full").expect("/dev/full can be opened");
            (full.into(), None)
        }
        Stream::Broken => (io::pipe().expect("a pipe").1.into(), None),
        Stream::Stuck => {
            let (reader, writer) = io::pipe().expect("a pipe");
            (fill(writer).into(), Some(File::from(OwnedFd::from(reader))))
        }
        Stream::Terminal => {
            let (master, slave) = unused_terminal();
            (slave.into(), Some(master))
        }
    }
}

/// What the program wrote to a pipe or a terminal.
fn written(mut bytes: Vec<u8>, kind: Stream, end: Option<File>) -> String {
    if let (Stream::Terminal, Some(mut master)) = (kind, end) {
        _ = master.read_to_end(&mut bytes); // ends with an error when no process has the terminal open
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What happens immediately before the program is executed.
fn last_step(case: &Case) -> impl FnMut() -> io::Result<()> + Send + Sync + use<> {
    let Case { before, stdout, stderr, .. } = *case;
    move || {
        for (number, stream) in [(1, stdout), (2, stderr)] {
            if stream == Stream::Closed {
                close(number)?;
            }
        }
        match before {
            Before::Nothing => {}
            Before::Zombies(exit_signals) => dead_children(exit_signals)?,
            Before::Blocked => block_all_and_ignore(&[])?,
            Before::BlockedAndIgnored => block_all_and_ignore(&[Signal::SIGINT, Signal::SIGTERM, Signal::SIGCHLD])?,
            Before::Pending(signal) => {
                let signal = Signal::try_from(signal)?;
                SigSet::from(signal).thread_block()?;
                nix::sys::signal::raise(signal)?;
            }
        }
        Ok(())
    }
}

/// Waits until a program has nothing to do, and all its children are zombies. Returns its state, and their number.
fn settle(started: &mut Started) -> (End, usize) {
    let process = started.process();
    let pid = process.pid();
    let used = cpu_time(pid).unwrap_or(0);
    until_some(&format!("process {pid} settles"), || {
        if let Some(status) = process.status() {
            let end = status.code().map(End::Exited).or(status.signal().map(End::Killed));
            return Some((end.expect("a status or a signal"), 0));
        }
        // Twice: the kernel holds one lock while it makes a zombie and signals the parent (`exit_notify` in
        // `kernel/exit.c`), and while it lists children. So at the second list, the parent has got the signal of every
        // zombie in the first.
        let before = children(pid);
        if before != children(pid) {
            return None;
        }
        let end = state(pid, used)?;
        let are_zombies = before.iter().all(|(_, state)| *state == 'Z');
        (are_zombies && before == children(pid)).then_some((end, before.len()))
    })
}

/// The children of a process, with their states.
fn children(pid: Pid) -> Vec<(Pid, char)> {
    usage::children(pid).into_iter().filter_map(|child| Some((child, usage::state(child)?))).collect()
}

/// The state of a process that has handled all its signals, or `None` if it is still at work. `used` is the CPU time
/// that it had used before the step.
fn state(pid: Pid, used: u64) -> Option<End> {
    let process = Process::new(pid.as_raw()).ok()?;
    match process.stat().ok()?.state {
        'T' => Some(End::Stopped),
        'S' => {
            let writes = sleeps_in(&process)?.starts_with(&format!("{} ", libc::SYS_write));
            Some(if writes { End::Writes } else { End::Waits })
        }
        _ => (cpu_time(pid).ok()? > used + TOO_LONG).then_some(End::Spins),
    }
}
