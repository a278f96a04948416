//! The verdict as a function of what is known: each kind, and which of two comes first.

use zombies::facts::{Frozen, InKernel, Named, Parent, Zombie};
use zombies::status::Sigchld;
use zombies::verdict::{Verdict, judge};

fn named(pid: i32) -> Named {
    Named { pid, command: "name".into() }
}

/// An ordinary zombie: a child of process 40 in the same namespace.
fn zombie() -> Zombie {
    Zombie {
        process: named(50),
        pid_in_namespace: 9,
        depth: 2,
        uid: 0,
        started_seconds_ago: Some(5),
        threads: 1,
        threads_in_kernel: Vec::new(),
        tracer: None,
        ppid: 40,
    }
}

/// A parent that sleeps, and is not process 1.
fn parent() -> Parent {
    Parent {
        process: named(40),
        pid_in_namespace: 8,
        depth: 2,
        uid: 0,
        state: 'S',
        is_ending: false,
        sigchld: Sigchld::default(),
        tracer: None,
        frozen: None,
        in_kernel: None,
        process_1: None,
        process_1_has_zombies: false,
    }
}

/// A change of the facts, and the verdict that it makes. Each comes before those below it.
type Row = (fn(&mut Zombie, &mut Parent), Verdict);

fn rows() -> [Row; 8] {
    let in_kernel = || InKernel { id: 40, function: Some("nfs_wait".into()) };
    [
        (|zombie, _| zombie.threads = 3, Verdict::ThreadsLive { threads: 2, in_kernel: Vec::new() }),
        (|zombie, _| zombie.tracer = Some(named(60)), Verdict::Traced { tracer: named(60) }),
        (|_, parent| parent.frozen = Some(Frozen { cgroup: None }), Verdict::ParentFrozen(Frozen { cgroup: None })),
        (|_, parent| parent.state = 'T', Verdict::ParentStopped),
        (
            |_, parent| parent.in_kernel = Some(InKernel { id: 40, function: Some("nfs_wait".into()) }),
            Verdict::ParentInKernel(in_kernel()),
        ),
        (|zombie, _| zombie.depth = 3, Verdict::ParentOutside),
        (|_, parent| parent.pid_in_namespace = 1, Verdict::Process1DoesNotReap),
        (|_, _| (), Verdict::ParentDoesNotWait),
    ]
}

#[test]
fn each_fact_makes_its_verdict_and_comes_before_the_ones_below() {
    let rows = rows();
    for (at, (change, verdict)) in rows.iter().enumerate() {
        for (below, _) in &rows[at..] {
            let (mut zombie, mut parent) = (zombie(), parent());
            below(&mut zombie, &mut parent);
            change(&mut zombie, &mut parent);
            assert_eq!(judge(&zombie, Some(&parent)), *verdict);
        }
    }
}

#[test]
fn a_parent_that_is_stopped_by_its_tracer_is_traced() {
    let traced = Parent { state: 't', tracer: Some(named(60)), ..parent() };
    assert_eq!(judge(&zombie(), Some(&traced)), Verdict::ParentTraced { tracer: Some(named(60)) });
    // A tracer that lets it run is no reason.
    let runs = Parent { tracer: Some(named(60)), ..parent() };
    assert_eq!(judge(&zombie(), Some(&runs)), Verdict::ParentDoesNotWait);
}

#[test]
fn a_tracer_that_is_the_parent_reaps_once() {
    let own = Zombie { tracer: Some(named(40)), ..zombie() };
    assert_eq!(judge(&own, Some(&parent())), Verdict::ParentDoesNotWait);
}

#[test]
fn a_parent_that_is_not_visible_is_outside_or_hidden() {
    assert_eq!(judge(&Zombie { ppid: 0, ..zombie() }, None), Verdict::ParentOutside);
    assert_eq!(judge(&zombie(), None), Verdict::ParentHidden);
}
