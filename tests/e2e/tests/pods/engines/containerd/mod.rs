//! containerd as the kubelet drives it, of the releases that nodes run.

mod density;
mod namespaces;
mod probe;
mod restart;
mod second_pod;

use crate::engine::{Engine, Pod};
use crate::images::all;
use e2e::events::Events;
use e2e::inventory::Inventory;
use e2e::pod::{Container, Pod as Sandbox};
use e2e::process::Process;
use e2e::project::reference;
use e2e::report::Report;
use e2e::{Node, Release};
use k8s_cri::v1::NamespaceMode;
use nix::sys::signal::Signal;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::until;

/// A node, which has pause as its sandbox image.
pub struct Containerd {
    node: Node,
    release: Release,
    runtime: &'static str,
}

/// Starts a release of containerd, which is of this line, with an OCI runtime.
#[track_caller]
pub fn start(line: &str, release: Release, runtime: &'static str) -> Containerd {
    let node = start_node(release, runtime, reference());
    let version = node.containerd.version();
    assert!(version.starts_with(&format!("{line}.")), "containerd here is {version}, not {line}");
    Containerd { node, release, runtime }
}

#[track_caller]
fn start_node(release: Release, runtime: &str, sandbox_image: &str) -> Node {
    Node::start_with(runtime, release, sandbox_image, &all().each_ref().map(String::as_str))
}

/// A pod that shares its PID namespace.
struct CriPod<'engine> {
    /// Its own node, if it has another sandbox image than the engine's: that image is a setting of the node.
    own: Option<Node>,
    shared: &'engine Node,
    events: Events,
    sandbox: Sandbox,
    containers: [Container; 2],
}

impl CriPod<'_> {
    fn node(&self) -> &Node {
        self.own.as_ref().unwrap_or(self.shared)
    }

    /// A process of the node.
    fn process(&self, pid: &str) -> Process<'_> {
        Process::new(&self.node().containerd.machine, pid)
    }
}

impl Pod for CriPod<'_> {
    fn process_1(&self) -> Process<'_> {
        self.process(&self.node().pid(&self.sandbox))
    }

    fn container(&self) -> Process<'_> {
        self.process(&self.node().container_pid(&self.containers[0]))
    }

    fn exec(&self, command: &str) -> String {
        let answer = self.node().exec(&self.containers[0], &["sh", "-c", command], 0);
        answer.map_or_else(|error| error.to_string(), |answer| String::from_utf8_lossy(&answer.stdout).into_owned())
    }

    fn run(&self, command: &str) {
        let container = self.node().run_container(&self.sandbox, "third", &["sh", "-c", command]);
        until("the third container has exited", || self.node().has_exited(&container));
    }

    /// Stops it as other runtimes do: containerd itself sends no SIGTERM to a sandbox.
    fn stop(&self, grace_period: u32) {
        self.process_1().signal(Signal::SIGTERM);
        let start = Instant::now();
        while self.events.find_exit(&self.sandbox.id).is_none() {
            if start.elapsed().as_secs() >= grace_period.into() {
                return self.node().stop(&self.sandbox);
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// When the sandbox has ended, the pod is not ready and its containers have exited.
    fn exit_status(&self) -> i64 {
        let status = self.events.exit_status(&self.sandbox.id);
        until("the pod is not ready", || !self.node().is_ready(&self.sandbox));
        until("the containers have exited", || self.containers.iter().all(|one| self.node().has_exited(one)));
        status
    }

    /// containerd gives a sandbox no standard streams.
    fn log(&self) -> Option<String> {
        None
    }

    fn remove(self: Box<Self>) {
        self.node().end(&self.sandbox);
    }
}

impl Engine for Containerd {
    fn version(&self) -> String {
        self.node.containerd.version()
    }

    fn id_of_sandbox(&self) -> u32 {
        65535
    }

    fn shared_namespaces(&self) -> &'static [&'static str] {
        &["pid", "net", "ipc", "uts"]
    }

    fn start_pod(&self, name: &str, sandbox_image: &str) -> Box<dyn Pod + '_> {
        let own = (sandbox_image != reference()).then(|| start_node(self.release, self.runtime, sandbox_image));
        let node = own.as_ref().unwrap_or(&self.node);
        let events = Events::of(&node.containerd);
        let sandbox = node.run_pod(node.pod(name, NamespaceMode::Pod, NamespaceMode::Pod));
        let containers = ["one", "two"].map(|name| node.run_container(&sandbox, name, &["sleep", "infinity"]));
        Box::new(CriPod { own, shared: &self.node, events, sandbox, containers })
    }

    fn inventory(&self) -> Inventory {
        self.node.inventory()
    }

    /// containerd 2 now and then forgets the shim of a pod that has ended; the shim has no process.
    fn may_stay(&self, thing: &str) -> bool {
        self.release == Release::Forky && thing == "process containerd-shim"
    }

    fn run_extra_steps(&mut self, report: &mut Report) -> Option<()> {
        let has_pins = self.release != Release::Own; // since containerd 1.7
        report.step("the node has the sandbox image, pinned since containerd 1.7", || {
            let image = self.node.image(reference()).expect("the image has the name that the configuration has");
            assert_eq!((image.is_pinned, image.uid), (has_pins, Some(65535)));
        })?;
        namespaces::run(report, &self.node)?;
        probe::run(report, &self.node)?;
        second_pod::run(report, &self.node)?;
        restart::run(report, &mut self.node)?;
        density::run(report, &self.node)
    }
}
