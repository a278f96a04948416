//! The verdict: why a zombie is there. A pure function of what is known of it and of its parent.

use crate::facts::{Frozen, InKernel, Named, Parent, Zombie};
use crate::stat::state;
use serde::Serialize;

/// Why a zombie is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Verdict {
    /// Its first thread has ended, and others have not: nobody can reap it yet.
    ThreadsLive {
        /// How many of them have not.
        threads: usize,
        /// Those that no signal reaches.
        in_kernel: Vec<InKernel>,
    },
    /// Its tracer has to reap it first.
    Traced {
        /// The tracer.
        tracer: Named,
    },
    /// The parent is in a frozen control group.
    ParentFrozen(Frozen),
    /// The parent is stopped by a signal.
    ParentStopped,
    /// The parent is stopped by its tracer.
    ParentTraced {
        /// The tracer, if it is known.
        tracer: Option<Named>,
    },
    /// The parent waits in the kernel, where no signal reaches it.
    ParentInKernel(InKernel),
    /// The parent is in another PID namespace, further out: a container runtime, or a program like `nsenter`.
    ParentOutside,
    /// The parent is hidden from this user.
    ParentHidden,
    /// The parent is process 1 of its PID namespace, and does not reap.
    #[serde(rename = "process-1-does-not-reap")]
    Process1DoesNotReap,
    /// The parent is an ordinary program that does not wait for its children.
    ParentDoesNotWait,
}

/// Returns why a zombie is there. `parent` is `None` if this user cannot see it.
pub fn judge(zombie: &Zombie, parent: Option<&Parent>) -> Verdict {
    if zombie.threads > 1 {
        return Verdict::ThreadsLive { threads: zombie.threads - 1, in_kernel: zombie.threads_in_kernel.clone() };
    }
    // A tracer that is also the parent, as a debugger that has started its program, reaps it once.
    if let Some(tracer) = zombie.tracer.as_ref().filter(|tracer| tracer.pid != zombie.ppid) {
        return Verdict::Traced { tracer: tracer.clone() };
    }
    let Some(parent) = parent else {
        return if zombie.ppid == 0 { Verdict::ParentOutside } else { Verdict::ParentHidden };
    };
    // The cause comes before the place: a runtime that is stopped is stopped, and not late. A frozen process can show
    // any state.
    if let Some(frozen) = &parent.frozen {
        return Verdict::ParentFrozen(frozen.clone());
    }
    match (parent.state as u8, &parent.in_kernel) {
        (state::STOPPED, _) => Verdict::ParentStopped,
        (state::TRACED, _) => Verdict::ParentTraced { tracer: parent.tracer.clone() },
        (_, Some(in_kernel)) => Verdict::ParentInKernel(in_kernel.clone()),
        _ if zombie.depth > parent.depth => Verdict::ParentOutside,
        _ if parent.is_process_1() => Verdict::Process1DoesNotReap,
        _ => Verdict::ParentDoesNotWait,
    }
}
