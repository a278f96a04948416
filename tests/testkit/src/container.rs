//! A careless container in a pod, from its start to the last of its orphans.

use crate::process_table::{Row, rows, zombies};
use crate::programs::orphan_maker;
use crate::{Pod, PodProcess, until};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// A container of `pod` that abandons children, with pipes for its input and output.
pub fn container(pod: &Pod, how: &[&str]) -> PodProcess {
    pod.join(piped(how))
}

/// A careless container with pipes for its input and output.
pub fn piped(how: &[&str]) -> Command {
    let mut program = orphan_maker(how);
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    program
}

/// Waits until a container has said that everything is in place.
#[track_caller]
pub fn until_ready(container: &mut PodProcess) {
    let mut line = String::new();
    let stdout = container.streams().stdout.as_mut().expect("it is piped");
    BufReader::new(stdout).read_line(&mut line).expect("a pipe can be read");
    assert_eq!(line, "ready\n");
}

/// Ends a container, its standard input first, and returns what it said.
#[track_caller]
pub fn end(container: PodProcess) -> String {
    let output = container.wait();
    assert!(output.status.success(), "the container failed: {}", output.status);
    String::from_utf8(output.stdout).expect("plain text")
}

/// Waits until the pod is as it was at first: process 1, and nobody else, not even dead.
#[track_caller]
pub fn until_alone(pod: &Pod) {
    until("process 1 is alone in its pod", || matches!(&rows(pod)[..], [Row { pid: 1, .. }]));
}

/// Waits until process 1 has left this many zombies unreaped.
#[track_caller]
pub fn until_zombies(pod: &Pod, count: usize) {
    until(&format!("there are {count} zombies"), || zombies(pod).len() == count);
}
