//! Runs `init` and the probe child, and reads what they write.

use nix::errno::Errno;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use testkit::deadline::timeout;
use testkit::process_table::rows;
use testkit::programs::{init, path};
use testkit::refused_call::{Filter, refuse};
use testkit::{Pod, PodProcess, until};

/// Returns a filter that refuses to poll.
pub fn without_poll() -> Filter {
    const SYS_PPOLL_TIME64: libc::c_long = 414; // which only architectures of 32 bits use
    refuse(&[libc::SYS_ppoll, SYS_PPOLL_TIME64], Errno::EPERM)
}

/// Returns the command `init ARGUMENTS`, with pipes for its output, and without the variables that set options.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = init();
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for variable in ["INIT_OPTIONS", "TINI_SUBREAPER", "TINI_VERBOSITY", "TINI_KILL_PROCESS_GROUP"] {
        command.env_remove(variable);
    }
    command
}

/// Returns the path of the probe child.
pub fn probe_child() -> &'static str {
    path("probe-child").to_str().expect("paths of this project are UTF-8")
}

/// Runs `init ARGUMENTS` as process 1 until it exits.
#[track_caller]
pub fn run(arguments: &[&str]) -> Output {
    Pod::start(command(arguments)).wait()
}

/// Runs `init OPTIONS -- probe-child PROBE` as process 1 until it exits.
#[track_caller]
pub fn run_probe(options: &[&str], probe: &[&str]) -> Output {
    run(&[options, &["--", probe_child()], probe].concat())
}

/// Starts `init OPTIONS -- probe-child signals` as process 1. Returns when the probe child logs its signals.
#[track_caller]
pub fn start_probe(options: &[&str]) -> (Pod, SignalLog) {
    let mut pod = Pod::start(command(&[options, &["--", probe_child(), "signals"]].concat()));
    let log = SignalLog::of(pod.init());
    (pod, log)
}

/// Sends a signal from inside of the pod. It does not pass through `init`. `pid` is the process ID in the pod.
#[track_caller]
pub fn kill_in(pod: &Pod, signal: &str, pid: &str) {
    let mut shell = Command::new("sh");
    // A grace period that begins meanwhile must not end the shell, which is in the pod too.
    shell.args(["-c", r#"trap '' TERM; kill -"$0" "$1""#, signal, pid]);
    assert!(pod.join(shell).wait().status.success(), "process {pid} of the pod is sent SIG{signal}");
}

/// Waits until this many probe children have begun, and then ends the input of the program, which reads a line. Returns the log
/// of what comes next.
pub fn end_program_beside(probes: usize, init: &mut PodProcess) -> SignalLog {
    let mut log = SignalLog::of(init);
    assert_eq!(log.by_ref().take(probes - 1).collect::<Vec<_>>(), vec![0; probes - 1]);
    drop(init.streams().stdin.take());
    log
}

/// Waits until process 1 and its program are alone.
#[track_caller]
pub fn until_only_the_program_is_left(pod: &Pod) {
    until("process 1 and its program are alone", || rows(pod).len() == 2);
}

/// Returns the output as text.
pub fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("the output is UTF-8")
}

/// The numbers that probe children write: 0 when one begins, then each signal that it receives. Ends when no process
/// has the pipe open.
pub struct SignalLog(Receiver<i32>);

impl SignalLog {
    /// Reads the standard output of a process. Returns when the first probe child has begun.
    #[track_caller]
    pub fn of(process: &mut PodProcess) -> Self {
        let lines = BufReader::new(process.streams().stdout.take().expect("standard output is a pipe")).lines();
        let numbers = lines.map_while(|line| line.ok()?.trim().parse().ok());
        let (sender, receiver) = channel();
        thread::spawn(move || numbers.map(|number| sender.send(number)).all(|sent| sent.is_ok()));
        let mut log = Self(receiver);
        assert_eq!(log.next(), Some(0), "a probe child begins");
        log
    }
}

impl Iterator for SignalLog {
    type Item = i32;

    fn next(&mut self) -> Option<i32> {
        match self.0.recv_timeout(timeout()) {
            Ok(number) => Some(number),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("a process has the pipe open, but writes no number"),
        }
    }
}

/// Returns the numbers in ascending order: several processes write them in any order.
pub fn sorted(numbers: impl IntoIterator<Item = i32>) -> Vec<i32> {
    let mut numbers: Vec<i32> = numbers.into_iter().collect();
    numbers.sort();
    numbers
}
