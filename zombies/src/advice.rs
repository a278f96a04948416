//! The words: a sentence for each verdict, what else is known, and what heals it.

use crate::facts::{InKernel, Named, Parent, Place, Zombie};
use crate::interpreters;
use crate::stat::state;
use crate::verdict::Verdict;

/// Returns the verdict in words.
pub fn sentence(verdict: &Verdict, parent: Option<&Parent>, place: &Place) -> String {
    let name = parent.map_or_else(|| "the parent".to_owned(), |parent| quoted(&parent.process));
    match verdict {
        Verdict::Process1DoesNotReap => match place {
            Place::Container(_) => format!("{name} is process 1 of the container, and does not reap"),
            Place::Namespace => format!("{name} is process 1 of a PID namespace, and does not reap"),
            Place::Machine => format!("{name} is process 1 of this machine, and does not reap"),
        },
        Verdict::ParentDoesNotWait => format!("{name} is alive and does not wait for its children: its own fault"),
        Verdict::ParentStopped => format!("{name} is stopped by a signal, and cannot wait for its children"),
        Verdict::ParentFrozen(_) => format!("{name} is frozen, and cannot wait for its children"),
        Verdict::ParentTraced { tracer: Some(tracer) } => {
            format!("{name} is stopped by its tracer, {}", quoted(tracer))
        }
        Verdict::ParentTraced { tracer: None } => format!("{name} is stopped by its tracer, which is hidden"),
        Verdict::ParentInKernel(in_kernel) => format!("{name} hangs in the kernel: {}", waits_in(in_kernel)),
        Verdict::ParentOutside if parent.is_none() => {
            "the parent is outside of this PID namespace, and has not reaped it yet".into()
        }
        Verdict::ParentOutside => {
            format!("{name} is outside of the zombie's PID namespace, and has not reaped it yet")
        }
        Verdict::ParentHidden => "the parent is hidden from this user".into(),
        Verdict::ThreadsLive { threads, .. } => {
            format!("only the first thread has ended, {threads} more live: nobody can reap it yet")
        }
        Verdict::Traced { tracer } => format!("its tracer, {}, has to reap it before its parent can", quoted(tracer)),
    }
}

/// Returns what else is known: a sentence each.
pub fn facts(verdict: &Verdict, parent: Option<&Parent>) -> Vec<String> {
    let mut facts = Vec::new();
    if let Verdict::ThreadsLive { in_kernel, .. } = verdict {
        for thread in in_kernel {
            facts.push(format!("Thread {} hangs in the kernel: {}.", thread.id, waits_in(thread)));
        }
    }
    if let Verdict::ParentFrozen(frozen) = verdict {
        facts.push(match &frozen.cgroup {
            Some(path) => format!("The control group {path} is frozen."),
            None => "Which control group is frozen is not visible here.".into(),
        });
    }
    let Some(parent) = parent else { return facts };
    if parent.is_ending {
        facts.push("The parent has ended. The kernel lets it go when all processes of its PID namespace have.".into());
    }
    let sigchld = parent.sigchld;
    if matches!(verdict, Verdict::Process1DoesNotReap | Verdict::ParentDoesNotWait) {
        facts.push(match sigchld {
            _ if sigchld.ignored => "It ignores SIGCHLD, but has not done so when they ended.".into(),
            _ if sigchld.blocked => "It blocks SIGCHLD, which tells it of a child's end.".into(),
            _ if sigchld.caught => "It catches SIGCHLD, but does not wait for these children.".into(),
            _ => "It has no handler for SIGCHLD, which tells it of a child's end.".into(),
        });
    }
    if *verdict == Verdict::ParentDoesNotWait
        && let Some(process_1) = parent.process_1.as_ref().filter(|_| !parent.process_1_has_zombies)
    {
        facts.push(format!("Process 1, {}, has no zombie: it is not to blame.", quoted(process_1)));
    }
    if let Some(tracer) = parent.tracer.as_ref().filter(|_| parent.state as u8 != state::TRACED) {
        facts.push(format!("It is traced by {}.", quoted(tracer)));
    }
    facts
}

/// Returns what heals it, one way each.
pub fn remedies(verdict: &Verdict, parent: Option<&Parent>, place: &Place, zombies: &[Zombie]) -> Vec<String> {
    let pid = parent.map_or(0, |parent| parent.process.pid);
    match verdict {
        Verdict::Process1DoesNotReap => process_1(place),
        Verdict::ParentDoesNotWait => {
            let command = parent.map_or("", |parent| &parent.process.command);
            let mut all = vec![interpreters::advice(command).to_owned()];
            all.push(format!(
                "Until then, ending process {pid} hands its zombies to process 1, which reaps them if it is an init."
            ));
            all.push("No init helps while that program runs: only a parent can reap.".into());
            all
        }
        Verdict::ParentStopped => {
            vec![format!("Continue it: kill -CONT {pid}. Which process stopped it is not recorded.")]
        }
        Verdict::ParentFrozen(frozen) => {
            let path = frozen.cgroup.as_deref().unwrap_or("/…");
            vec![format!(
                "Unpause the container (docker unpause, podman unpause, ctr task resume), or thaw the group: write 0 to \
                 cgroup.freeze in {path}, or THAWED to freezer.state under version 1."
            )]
        }
        Verdict::ParentTraced { tracer } => {
            let tracer = tracer.as_ref().map_or_else(|| "the tracer".to_owned(), quoted);
            vec![format!("Let {tracer} continue or detach it. If that is a forgotten debugger or strace, end it.")]
        }
        Verdict::ParentInKernel(_) => vec![format!(
            "Look at what it waits for: as root, cat /proc/{pid}/stack, and dmesg. It is often a file system (NFS, FUSE), a \
             disk or a driver. No init and no signal helps until that answers."
        )],
        Verdict::ParentOutside => vec![
            "Wait: the parent reaps it soon if it is a container runtime that is late.".into(),
            "If it stays, report it to that program: a runtime's shim, docker exec, kubectl exec or nsenter.".into(),
        ],
        Verdict::ParentHidden => vec!["Run it as root, or on the node.".into()],
        Verdict::ThreadsLive { in_kernel, .. } if in_kernel.is_empty() => vec![format!(
            "Nothing is wrong if the program goes on working in its other threads: ls /proc/{}/task. It becomes a zombie \
             like others when they have ended.",
            zombies[0].process.pid
        )],
        Verdict::ThreadsLive { .. } => vec![format!(
            "Look at what the threads wait for: as root, cat /proc/{}/task/*/stack, and dmesg. It is often a driver, a disk or \
             a file system. No init and no signal helps until that answers.",
            zombies[0].process.pid
        )],
        Verdict::Traced { tracer } => {
            vec![format!("End {}, or let it wait for its child. The parent gets the zombie then.", quoted(tracer))]
        }
    }
}

/// Returns the ways to get a process 1 that reaps.
fn process_1(place: &Place) -> Vec<String> {
    let in_the_image = concat!(
        "Put an init into the image. In the Dockerfile:\n    COPY --from=pause.localhost/init:",
        env!("CARGO_PKG_VERSION"),
        " /init /init\n    ENTRYPOINT [\"/init\", \"--\"]"
    );
    let docker =
        "Start the container with an init: docker run --init, podman run --init, or init: true in a Compose file.";
    let kubernetes = [
        "Share the PID namespace of the pod, so that its sandbox reaps. In the pod:\n    spec:\n      shareProcessNamespace: true",
        "Or let the node's runtime put an init before the program, if it has oci-init. In the pod:\n    spec:\n      \
         runtimeClassName: init",
    ];
    match place {
        Place::Machine => vec!["Report it to the author of that program: every other process depends on it.".into()],
        Place::Namespace => vec![
            "Start an init as its first process: unshare --pid --fork /init -- program.".into(),
            docker.into(),
            kubernetes[0].into(),
            in_the_image.into(),
        ],
        Place::Container(container) if container.is_of_kubernetes => {
            kubernetes.into_iter().chain([in_the_image]).map(str::to_owned).collect()
        }
        Place::Container(_) => vec![docker.into(), in_the_image.into()],
    }
}

fn quoted(process: &Named) -> String {
    format!("{} (\"{}\")", process.pid, process.command)
}

fn waits_in(in_kernel: &InKernel) -> String {
    match &in_kernel.function {
        Some(function) => format!("state D, in {function}"),
        None => "state D; only root may know where".into(),
    }
}
