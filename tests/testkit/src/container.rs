//! A container that runs the orphan maker, from its start until its last orphan is gone.

use crate::deadline::TIMEOUT;
use crate::process_table::{rows, zombies};
use crate::programs::{orphan_maker, processes_at_rest};
use crate::{Pod, PodProcess, until};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Starts the orphan maker as a container of `pod`, with pipes for its input and output.
pub fn container(pod: &Pod, how: &[&str]) -> PodProcess {
    pod.join(piped(how))
}

/// Returns the orphan maker, with pipes for its input and output.
pub fn piped(how: &[&str]) -> Command {
    let mut program = orphan_maker(how);
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    program
}

/// Waits until the orphan maker reports that all orphans are made.
#[track_caller]
pub fn until_ready(container: &mut PodProcess) {
    let mut line = String::new();
    let stdout = container.streams().stdout.as_mut().expect("it is piped");
    BufReader::new(stdout).read_line(&mut line).expect("a pipe can be read");
    assert_eq!(line, "ready\n");
}

/// Closes the container's standard input, waits until it has exited with status 0, and returns its output.
#[track_caller]
pub fn finish(container: PodProcess) -> String {
    let output = container.wait();
    assert!(output.status.success(), "the container failed: {}", output.status);
    String::from_utf8(output.stdout).expect("plain text")
}

/// Waits until process 1 is the only process of the pod, zombies included, or alone with the program that it has started.
#[track_caller]
pub fn until_alone(pod: &Pod) {
    until("process 1 is alone in its pod", || {
        let rows = rows(pod);
        rows.len() == processes_at_rest() && rows.iter().all(|row| row.state != 'Z')
    });
}

/// Waits until the pod has this many zombies that process 1 has not reaped.
#[track_caller]
pub fn until_zombies(pod: &Pod, count: usize) {
    until(&format!("the pod has {count} zombies"), || zombies(pod).len() == count);
}

/// Reads the process table of a pod again and again until `is_over`. Returns the number of reads, and the largest
/// number of zombies in one of them.
#[track_caller]
pub fn watch(pod: &Pod, mut is_over: impl FnMut() -> bool) -> (u64, usize) {
    let (mut reads, mut most) = (0, 0);
    let start = Instant::now();
    while !is_over() {
        most = most.max(zombies(pod).len());
        reads += 1;
        assert!(start.elapsed() < 5 * TIMEOUT, "the containers do not end");
    }
    (reads, most)
}
