//! What the scenario asks of a container runtime.

use e2e::inventory::Inventory;
use e2e::process::Process;
use e2e::report::Report;

/// A container runtime that has the images of [`images`](crate::images).
pub trait Engine {
    fn version(&self) -> String;

    /// The user and group ID of a sandbox, as its machine sees them.
    fn id_of_sandbox(&self) -> u32;

    /// The kinds of namespaces that the containers of a pod share with the sandbox.
    fn shared_namespaces(&self) -> &'static [&'static str];

    /// Starts a pod: a sandbox of this image, and two containers that run `sleep infinity`.
    fn start_pod(&self, name: &str, sandbox_image: &str) -> Box<dyn Pod + '_>;

    fn inventory(&self) -> Inventory;

    /// Whether the runtime is known to leave this behind.
    fn may_stay(&self, _thing: &str) -> bool {
        false
    }

    /// Runs the steps that only this runtime has.
    fn run_extra_steps(&mut self, report: &mut Report) -> Option<()>;
}

/// A pod of a runtime.
pub trait Pod {
    /// The process of the sandbox.
    fn process_1(&self) -> Process<'_>;

    /// The process of the first container.
    fn container(&self) -> Process<'_>;

    /// Runs a shell command in the first container and returns its standard output.
    fn exec(&self, command: &str) -> String;

    /// Starts a shell command in the first container. The command ends the pod, and so that container.
    fn end_by(&self, command: &str) {
        self.exec(command);
    }

    /// Runs a shell command in a third container, and waits until that container has ended.
    fn run(&self, command: &str);

    /// Sends SIGTERM to the sandbox, and SIGKILL after a grace period in seconds.
    fn stop(&self, grace_period: u32);

    /// Waits until the sandbox has ended and returns its exit status.
    fn exit_status(&self) -> i64;

    /// What the sandbox wrote to standard error, if the runtime keeps it.
    fn log(&self) -> Option<String>;

    fn remove(self: Box<Self>);
}
