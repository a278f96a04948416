//! Runs a scenario and observes the program. The steps are the same whichever calls are refused.

use crate::init::HELP;
use crate::scenario::{End, Outcome, Scenario, Starts, Timing};
use crate::settle::{Settled, end, settle};
use crate::start::{CHILD, Refusal, Running, start};
use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use procfs::process::{FDTarget, Process};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::Pod;
use testkit::lone_process_1::process_tree;
use testkit::pause_process::Started;
use testkit::pod::send;
use testkit::process_table::zombies;
use testkit::programs::orphan_maker;
use testkit::reported_calls::Install;

/// How QEMU begins its message when a signal ends the program that it emulates.
const OF_EMULATOR: &str = "qemu: uncaught target signal";

/// The observed outcome of a run.
#[derive(Debug, PartialEq, Eq)]
pub struct Observed {
    pub end: End,
    pub stdout: String,
    /// Lines, sorted.
    pub stderr: Vec<String>,
    pub kept: usize,
    /// The number of zombies that it has not reaped.
    pub zombies: usize,
}

impl Observed {
    /// Returns what to expect for an outcome, with the number of this error.
    pub fn of(outcome: &Outcome, error: Option<Errno>) -> Self {
        let number = error.map_or(String::new(), |error| (error as i32).to_string());
        let mut stderr: Vec<String> = outcome.stderr.iter().map(|line| line.replace("{error}", &number)).collect();
        stderr.sort();
        Self { end: outcome.end, stdout: outcome.stdout.into(), stderr, kept: outcome.kept, zombies: 0 }
    }
}

pub fn run(scenario: &Scenario, refusal: Option<Refusal>, install: Option<Install>, timing: Timing) -> Observed {
    let mut running = start(scenario, refusal, install);
    let mut observed = Observed { end: End::Hangs, stdout: String::new(), stderr: Vec::new(), kept: 0, zombies: 0 };
    observed.end = drive(&mut running, scenario, timing, &mut observed);
    if matches!(observed.end, End::Spins | End::Hangs) {
        running.program.process().signal(libc::SIGKILL);
    }
    drop((running.pod, running.keyboard)); // ends its descendants, which keep the pipes open
    let output = running.program.into_process().wait();
    observed.stdout = without_help(&output.stdout);
    let is_own = |line: &&str| !line.starts_with(OF_EMULATOR);
    observed.stderr = without_help(&output.stderr).lines().filter(is_own).map(without_pid).collect();
    observed.stderr.sort();
    observed
}

/// Returns the output, with only the first words of the help of `init`.
fn without_help(written: &[u8]) -> String {
    let mut written = String::from_utf8_lossy(written).into_owned();
    if let Some(at) = written.find(HELP) {
        written.truncate(at + HELP.len());
    }
    written
}

/// Returns a line without the process ID at its end.
fn without_pid(line: &str) -> String {
    line.split_once("pid=").map_or(line, |(words, _)| words).into()
}

/// Returns how a program ended, by `exited` if it exited. Returns `None` if it waits.
fn ended(settled: Settled, exited: fn(i32) -> End) -> Option<End> {
    match settled {
        Settled::Waits => None,
        Settled::Spins => Some(End::Spins),
        Settled::Hangs => Some(End::Hangs),
        Settled::Ended(status) => Some(match (status.code(), status.signal()) {
            (Some(status), _) => exited(status),
            (None, Some(libc::SIGILL | libc::SIGTRAP)) => End::Crashes,
            (None, signal) => End::Killed(signal.unwrap_or(0)),
        }),
    }
}

/// Lets the program read, reap and receive SIGTERM. Returns how it ended.
fn drive(running: &mut Running, scenario: &Scenario, timing: Timing, observed: &mut Observed) -> End {
    let Running { program: started, keyboard, .. } = running;
    if let Some(end) = ended(settle(started.process(), timing), End::Early) {
        return end;
    }
    observed.kept = count_inherited(started.process().pid());
    if let Some(keyboard) = keyboard {
        keyboard.write_all(b"typed\n").expect("the terminal is open");
        // The kernel hands the keys on later. It shows them when it does, unless the terminal has hung up.
        _ = keyboard.read(&mut [0; 16]);
    }
    if let Started::Process1(pod) = started {
        let made = pod.join(orphan_maker(&["one-by-one", "2"])).wait().status;
        assert!(made.success(), "no orphans: {made}");
    }
    if let Some(end) = ended(settle(started.process(), timing), End::Early) {
        return end;
    }
    if let Started::Process1(pod) = started {
        observed.zombies = count_zombies(pod, timing);
    }
    started.process().signal(libc::SIGTERM);
    let mut settled = settle(started.process(), timing);
    let program = program(started, scenario);
    if settled == Settled::Waits
        && let Some(program) = program
    {
        // `init` did not forward the signal. A second one must not be logged again.
        started.process().signal(libc::SIGTERM);
        if settle(started.process(), timing) == Settled::Waits {
            _ = send(program, Signal::SIGTERM as i32);
            return ended(end(started.process(), timing), End::WithProgram).unwrap_or(End::Hangs);
        }
        return End::Hangs; // only the second signal had an effect
    }
    if settled == Settled::Waits {
        settled = end(started.process(), timing); // the grace period ends
    }
    ended(settled, End::OnSigterm).unwrap_or(End::Hangs)
}

/// Waits until process 1 of a pod has reaped all zombies. Returns how many are left at the timeout.
fn count_zombies(pod: &Pod, timing: Timing) -> usize {
    let start = Instant::now();
    loop {
        let count = zombies(pod).len();
        if count == 0 || start.elapsed() > timing.timeout {
            return count;
        }
        sleep(Duration::from_micros(200));
    }
}

/// Returns the process that `init` started, if it is alive.
fn program(started: &mut Started, scenario: &Scenario) -> Option<Pid> {
    if scenario.starts == Starts::Nothing {
        return None;
    }
    let lives = |pid: &Pid| {
        let stat = Process::new(pid.as_raw()).and_then(|process| process.stat());
        stat.is_ok_and(|stat| stat.state != 'Z' && stat.comm != CHILD)
    };
    process_tree(started.process().pid()).into_iter().skip(1).find(lives)
}

/// Returns the number of descriptors of `/dev/zero` that a process has open.
fn count_inherited(pid: Pid) -> usize {
    let descriptors = Process::new(pid.as_raw()).and_then(|process| process.fd());
    let is_zero = |target: &FDTarget| matches!(target, FDTarget::Path(path) if path.ends_with("dev/zero"));
    descriptors.map_or(0, |all| all.flatten().filter(|descriptor| is_zero(&descriptor.target)).count())
}
