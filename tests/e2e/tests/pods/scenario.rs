//! The one scenario, which every runtime runs.

use crate::engine::{Engine, Pod};
use e2e::busybox;
use e2e::process::{ORPHANS, TERMINATED, abandon};
use e2e::project::{guarded_reference, reference};
use e2e::report::Report;
use nix::sys::signal::Signal;

const INTERRUPTED: &str = "Shutting down, got signal: Interrupt\n";
const IGNORED: &str = "Ignored a signal from the pod\n";

/// The attack of a container on the process 1 of its pod.
const KILL_1: &str = "kill -TERM 1; kill -INT 1";

/// Ends nothing that works, however slow the machine is.
const LONG: u32 = 60;

pub fn run<E: Engine>(report: &mut Report, start: impl FnOnce() -> E) -> Option<()> {
    let mut engine = report.step("the runtime starts and loads the images", start)?;
    report.set_version(&engine.version());
    let before = engine.inventory();
    run_pods(report, &engine)?;
    engine.run_extra_steps(report)?;
    let left = report.step("all pods are removed: no process, mount, cgroup or interface is left", || {
        before.until_restored(|| engine.inventory(), |thing| engine.may_stay(thing))
    })?;
    if !left.is_empty() {
        report.note(&format!("known fault of this runtime: it leaves {}", left.join(", ")));
    }
    Some(())
}

fn run_pods(report: &mut Report, engine: &dyn Engine) -> Option<()> {
    let pod = report.step("a pod starts; its process 1 is /pause, without privileges", || {
        let pod = engine.start_pod("pod", reference());
        pod.process_1().assert_is_pause(engine.id_of_sandbox());
        assert_eq!(pod.process_1().pid_in_namespace(), "1");
        pod
    })?;
    report.step("its two containers share its namespaces and see its processes", || {
        for kind in ["pid", "net", "ipc", "uts", "mnt"] {
            let is_shared = pod.process_1().namespace(kind) == pod.container().namespace(kind);
            assert_eq!(is_shared, engine.shared_namespaces().contains(&kind), "namespace {kind}");
        }
        let table = pod.exec("ps");
        assert!(table.contains("/pause") && table.matches("sleep infinity").count() == 2, "{table}");
    })?;
    report.step("orphans that a command leaves in a container are reaped", || {
        assert_eq!(zombies_after_exec(&*pod), 0);
    })?;
    report.step("orphans that a container leaves when it ends are reaped", || {
        assert_eq!(zombies_after_container(&*pod), 0);
    })?;
    report.step("a stopped pod exits with status 0 on SIGTERM", || {
        pod.stop(LONG);
        assert_ended(pod, TERMINATED);
    })?;
    report.step("SIGINT from outside ends the pod with status 0, too", || {
        let pod = start(engine, "interrupted", reference());
        pod.process_1().signal(Signal::SIGINT);
        assert_ended(pod, INTERRUPTED);
    })?;
    let control = report.step("control: with a process 1 that never reaps, all orphans stay as zombies", || {
        let pod = engine.start_pod("control", busybox::REFERENCE);
        assert_eq!(zombies_after_exec(&*pod), ORPHANS);
        assert_eq!(zombies_after_container(&*pod), 2 * ORPHANS);
        pod
    })?;
    report.step("control: it ignores SIGTERM and is killed after 1 s: status 137", || {
        control.stop(1);
        assert_eq!(control.exit_status(), 137);
        control.remove();
    })?;
    report.step("control: a container that runs `kill 1` ends the pod", || {
        let pod = start(engine, "attacked", reference());
        pod.end_by(KILL_1);
        assert_eq!(pod.exit_status(), 0);
        pod.remove();
    })?;
    report.step("with --guard, `kill 1` is ignored, and a stop works: status 0", || {
        let pod = start(engine, "guarded", guarded_reference());
        pod.exec(KILL_1);
        assert!(pod.exec("ps").contains("/pause --guard"), "the pod still runs");
        pod.stop(LONG);
        assert_ended(pod, &(IGNORED.repeat(2) + TERMINATED));
    })
}

/// Starts a pod of pause and waits until its process 1 is set up.
#[track_caller]
fn start<'engine>(engine: &'engine dyn Engine, name: &str, sandbox_image: &str) -> Box<dyn Pod + 'engine> {
    let pod = engine.start_pod(name, sandbox_image);
    pod.process_1().until_it_waits();
    pod
}

/// Asserts that the sandbox has exited with status 0 and logged this, and removes the pod.
#[track_caller]
fn assert_ended(pod: Box<dyn Pod + '_>, log: &str) {
    assert_eq!(pod.exit_status(), 0);
    if let Some(written) = pod.log() {
        assert_eq!(written, log);
    }
    pod.remove();
}

/// Leaves orphans behind by a command in a container, kills them, and returns how many zombies there are.
#[track_caller]
pub fn zombies_after_exec(pod: &dyn Pod) -> usize {
    let process_1 = pod.process_1();
    let earlier = process_1.orphans().count();
    pod.exec(&abandon(ORPHANS));
    process_1.until_it_has_adopted(earlier + ORPHANS);
    process_1.zombies_of_orphans(|command| drop(pod.exec(command)))
}

/// The same by a container that ends. Its runtime kills the processes in its control group.
#[track_caller]
fn zombies_after_container(pod: &dyn Pod) -> usize {
    pod.run(&abandon(ORPHANS));
    pod.process_1().zombies_of_orphans(|command| drop(pod.exec(command)))
}
