//! What is known of a zombie and of its parent: all that a verdict depends on.

use crate::container::Container;
use crate::status::Sigchld;
use serde::Serialize;

/// A process by its ID and the name of its command, made harmless.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Named {
    /// The process ID.
    pub pid: i32,
    /// The name of the command, or `?` if the process is hidden from this user.
    pub command: String,
}

/// A zombie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Zombie {
    /// Its process ID and command.
    #[serde(flatten)]
    pub process: Named,
    /// Its process ID in its own namespace.
    pub pid_in_namespace: i32,
    /// How many namespaces its own is below that of this `/proc`, counted from 1.
    #[serde(skip)]
    pub depth: usize,
    /// Its user, by number.
    pub uid: u32,
    /// How long ago it started, if that is known. The kernel does not keep when a process has ended.
    pub started_seconds_ago: Option<u64>,
    /// The threads that have not ended, the first one included: 1 if it can be reaped.
    #[serde(skip)]
    pub threads: usize,
    /// Those of its threads that are in the kernel, where no signal reaches them: each with what it waits in.
    #[serde(skip)]
    pub threads_in_kernel: Vec<InKernel>,
    /// The process that traces it, and has to reap it before the parent can.
    #[serde(skip)]
    pub tracer: Option<Named>,
    /// Its parent's process ID, 0 if that is outside of the namespace.
    #[serde(skip)]
    pub ppid: i32,
}

/// A process or a thread in the kernel, where no signal reaches it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct InKernel {
    /// Its ID.
    pub id: i32,
    /// The kernel's function that it waits in, if this user may know.
    pub function: Option<String>,
}

/// The parent of zombies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parent {
    /// Its process ID and command.
    #[serde(flatten)]
    pub process: Named,
    /// Its process ID in its own namespace.
    pub pid_in_namespace: i32,
    /// As [`Zombie::depth`].
    #[serde(skip)]
    pub depth: usize,
    /// Its user, by number.
    pub uid: u32,
    /// Its state, as a letter of `ps`.
    pub state: char,
    /// Whether it has ended, and waits in the kernel until all other processes of its namespace have.
    pub is_ending: bool,
    /// What it does with SIGCHLD.
    pub sigchld: Sigchld,
    /// The process that traces it.
    pub tracer: Option<Named>,
    /// The frozen control group that holds it.
    pub frozen: Option<Frozen>,
    /// The kernel's function that it waits in, if it has been in state D for as long as this program looked.
    pub in_kernel: Option<InKernel>,
    /// Process 1 of its namespace, unless it is that itself, or that is not known.
    pub process_1: Option<Named>,
    /// Whether that process has zombies, too.
    #[serde(skip)]
    pub process_1_has_zombies: bool,
}

/// A frozen control group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Frozen {
    /// Its path, if it is visible here.
    pub cgroup: Option<String>,
}

impl Parent {
    /// Returns whether it is process 1 of its namespace.
    pub fn is_process_1(&self) -> bool {
        self.pid_in_namespace == 1
    }
}

/// Where zombies are: what heals them depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Place {
    /// In a container.
    #[serde(rename = "container")]
    Container(Container),
    /// In a PID namespace that belongs to no container that the control group names.
    #[serde(rename = "namespace")]
    Namespace,
    /// In the first PID namespace of the machine.
    #[serde(rename = "machine")]
    Machine,
}
