//! Runs a scene from its start to its end, in the same steps whatever is refused, and notes what happens.

use crate::init::HELP;
use crate::scene::{End, Outcome, Patience, Scene, Starts};
use crate::settle::{Settled, end, settle};
use crate::start::{CHILD, Started, start};
use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use procfs::process::{FDTarget, Process};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::Pod;
use testkit::lone_process_1::process_tree;
use testkit::pod::send;
use testkit::process_table::zombies;
use testkit::programs::orphan_maker;
use testkit::recorded_calls::Install;
use testkit::refused_call::{Call, Filter, refuse_some};

/// What was seen of a program.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    pub end: End,
    pub stdout: String,
    /// Lines, sorted.
    pub stderr: Vec<String>,
    pub kept: usize,
    /// Dead children that it had to reap and did not.
    pub zombies: usize,
}

impl Seen {
    /// What is to be seen of this outcome.
    pub fn of(outcome: &Outcome, error: Option<Errno>) -> Self {
        let number = error.map_or(String::new(), |error| (error as i32).to_string());
        let mut stderr: Vec<String> = outcome.stderr.iter().map(|line| line.replace("{error}", &number)).collect();
        stderr.sort();
        Self { end: outcome.end, stdout: outcome.stdout.into(), stderr, kept: outcome.kept, zombies: 0 }
    }
}

/// What is refused.
pub struct Refusal {
    pub filter: Filter,
    /// Whether `execve` is: then the program itself is executed by another call.
    pub executes_at: bool,
}

impl Refusal {
    /// These calls, with this error.
    pub fn of(calls: &[Call], error: Errno) -> Self {
        Self { filter: refuse_some(calls, error), executes_at: calls.contains(&Call::every(libc::SYS_execve)) }
    }
}

/// Runs a scene.
pub fn run(scene: &Scene, refusal: Option<Refusal>, install: Option<Install>, patience: Patience) -> Seen {
    let mut started = start(scene, refusal, install);
    let mut seen = Seen { end: End::Hangs, stdout: String::new(), stderr: Vec::new(), kept: 0, zombies: 0 };
    seen.end = live(&mut started, scene, patience, &mut seen);
    if matches!(seen.end, End::Spins | End::Hangs) {
        started.member().signal(libc::SIGKILL);
    }
    let output = started.into_member().wait();
    seen.stdout = without_help(&output.stdout);
    seen.stderr = without_help(&output.stderr).lines().map(without_pid).collect();
    seen.stderr.sort();
    seen
}

/// What was written, without the help of `init` but for its first words.
fn without_help(written: &[u8]) -> String {
    let mut written = String::from_utf8_lossy(written).into_owned();
    if let Some(at) = written.find(HELP) {
        written.truncate(at + HELP.len());
    }
    written
}

/// A line without the process ID that it ends with.
fn without_pid(line: &str) -> String {
    line.split_once("pid=").map_or(line, |(words, _)| words).into()
}

/// How a program has ended, `exits` if it exited; `None` if it waits.
fn ended(settled: Settled, exits: fn(i32) -> End) -> Option<End> {
    match settled {
        Settled::Waits => None,
        Settled::Spins => Some(End::Spins),
        Settled::Hangs => Some(End::Hangs),
        Settled::Ended(status) => Some(match (status.code(), status.signal()) {
            (Some(status), _) => exits(status),
            (None, Some(libc::SIGILL)) => End::Crashes,
            (None, signal) => End::Dies(signal.unwrap_or(0)),
        }),
    }
}

/// What happens to the program until its end.
fn live(started: &mut Started, scene: &Scene, patience: Patience, seen: &mut Seen) -> End {
    if let Some(end) = ended(settle(started.member(), patience), End::AtOnce) {
        return end;
    }
    seen.kept = count_inherited(started.member().pid());
    if let Some(keyboard) = &mut started.keyboard {
        keyboard.write_all(b"typed\n").expect("the terminal is there");
    }
    if let Some(pod) = started.pod() {
        let made = pod.join(orphan_maker(&["one-by-one", "2"])).wait().status;
        assert!(made.success(), "no orphans: {made}");
    }
    if let Some(end) = ended(settle(started.member(), patience), End::AtOnce) {
        return end;
    }
    seen.zombies = started.pod().map_or(0, |pod| count_zombies(pod, patience));
    started.member().signal(libc::SIGTERM);
    let mut settled = settle(started.member(), patience);
    let program = program(started, scene);
    if settled == Settled::Waits
        && let Some(program) = program
    {
        // It has not forwarded the signal. It must not say so twice.
        started.member().signal(libc::SIGTERM);
        if settle(started.member(), patience) == Settled::Waits {
            _ = send(program, Signal::SIGTERM as i32);
            return ended(end(started.member(), patience), End::WithProgram).unwrap_or(End::Hangs);
        }
        return End::Hangs; // the second signal had an effect that the first had not
    }
    if settled == Settled::Waits {
        settled = end(started.member(), patience); // for the grace period to end
    }
    ended(settled, End::OnSigterm).unwrap_or(End::Hangs)
}

/// How many dead children process 1 of a pod does not reap.
fn count_zombies(pod: &Pod, patience: Patience) -> usize {
    let start = Instant::now();
    loop {
        let count = zombies(pod).len();
        if count == 0 || start.elapsed() > patience.hang {
            return count;
        }
        sleep(Duration::from_micros(200));
    }
}

/// The process that `init` has started, if it is there.
fn program(started: &mut Started, scene: &Scene) -> Option<Pid> {
    if scene.starts == Starts::Nothing {
        return None;
    }
    let lives = |pid: &Pid| {
        let stat = Process::new(pid.as_raw()).and_then(|process| process.stat());
        stat.is_ok_and(|stat| stat.state != 'Z' && stat.comm != CHILD)
    };
    process_tree(started.member().pid()).into_iter().skip(1).find(lives)
}

/// How many descriptors of `/dev/zero` a process has open.
fn count_inherited(pid: Pid) -> usize {
    let descriptors = Process::new(pid.as_raw()).and_then(|process| process.fd());
    let is_zero = |target: &FDTarget| matches!(target, FDTarget::Path(path) if path.ends_with("dev/zero"));
    descriptors.map_or(0, |all| all.flatten().filter(|descriptor| is_zero(&descriptor.target)).count())
}
