//! Orphans: adopted by process 1 of a pod that shares its PID namespace, and reaped.

use crate::images;
use e2e::containerd::Release;
use e2e::pod::{Container, Pod};
use e2e::report::Report;
use e2e::{Node, busybox};
use k8s_cri::v1::NamespaceMode;
use std::path::{Path, PathBuf};
use std::time::Instant;
use testkit::deadline::PATIENCE;
use testkit::process_table::{Row, rows_in, zombies_in};
use testkit::until;
use tonic::Code;

/// A probe that starts children and hangs. Their streams are not the probe's, or containerd would wait for them.
const PROBE: &str = "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1000 < /dev/null > /dev/null 2>&1 & done; exec sleep 1000";
const LEFT_BY_PROBE: usize = 10;

/// A container that abandons many, and then does nothing.
const STORM: &str = "i=0; while [ $i -lt 500 ]; do (sleep 1 &); i=$((i + 1)); done; exec sleep infinity";
const ABANDONED: usize = 500;

pub fn run(report: &mut Report, node: &Node, release: Release) -> Option<()> {
    report.step("a probe times out and leaves 10 orphans: adopted, then reaped", || {
        let (pod, container, table) = start(node, "probed", &["sleep", "infinity"]);
        probe(node, &container, &table);
        assert_no_zombie_until(&table, || adopted(&table).is_empty());
        node.end(&pod);
    });
    report.step("a container abandons 500: no zombie is ever visible", || {
        let (pod, container, table) = start(node, "storm", &["sh", "-c", STORM]);
        let mut most = 0;
        assert_no_zombie_until(&table, || {
            most = most.max(adopted(&table).len());
            is_over(node, &container) && adopted(&table).is_empty()
        });
        assert!(most > 0, "an orphan was seen");
        node.end(&pod);
    });
    report.step("control: with a process 1 that does not reap, all 510 stay as zombies", || {
        let node = Node::start(release, busybox::REFERENCE, &[images::busybox()]);
        let (pod, container, table) = start(&node, "control", &["sh", "-c", STORM]);
        until("the container has abandoned all", || is_over(&node, &container));
        until("the last of them has ended", || adopted(&table).is_empty());
        probe(&node, &container, &table);
        until("the orphans of the probe have ended", || adopted(&table).is_empty());
        assert_eq!(zombies_in(&table).len(), ABANDONED + LEFT_BY_PROBE);
        node.end(&pod);
    })
}

/// A pod with a container, and the processes in it.
#[track_caller]
fn start(node: &Node, name: &str, command: &[&str]) -> (Pod, Container, PathBuf) {
    let pod = node.run_pod(node.pod(name, NamespaceMode::Pod, NamespaceMode::Pod));
    let container = node.run_container(&pod, "orphan-maker", command);
    let table = node.proc_of(&node.pid(&pod));
    (pod, container, table)
}

/// A probe times out and leaves orphans, which are then told to end.
#[track_caller]
pub fn probe(node: &Node, container: &Container, table: &Path) {
    let error = node.exec(container, &["sh", "-c", PROBE], 1).expect_err("it hangs");
    assert_eq!(error.code(), Code::DeadlineExceeded, "{error}");
    let orphans = adopted(table);
    assert_eq!(orphans.len(), LEFT_BY_PROBE, "{orphans:?}");
    let pids = orphans.iter().map(|row| row.pid.to_string()).collect::<Vec<_>>().join(" ");
    node.said(container, &["sh", "-c", &format!("kill {pids}")]);
}

/// The orphans that live and that process 1 has adopted. Whoever comes into the pod from outside has no parent in it.
fn adopted(table: &Path) -> Vec<Row> {
    rows_in(table).into_iter().filter(|row| row.ppid == 1 && row.state != 'Z').collect()
}

/// Whether the container has abandoned all that it was to.
#[track_caller]
fn is_over(node: &Node, container: &Container) -> bool {
    let process = node.containerd.machine.proc(&node.container_pid(container));
    std::fs::read(process.join("cmdline")).is_ok_and(|command| command == b"sleep\0infinity\0")
}

#[track_caller]
fn assert_no_zombie_until(table: &Path, mut is_true: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_true() {
        let zombies = zombies_in(table);
        assert!(zombies.is_empty(), "{zombies:?}");
        assert!(start.elapsed() < PATIENCE, "it takes too long: {:#?}", rows_in(table));
    }
    until_reaped(table);
}

/// Waits until all that process 1 has adopted have ended, and are reaped.
#[track_caller]
pub fn until_reaped(table: &Path) {
    until("process 1 has reaped all that it adopted", || rows_in(table).iter().all(|row| row.ppid != 1));
}
