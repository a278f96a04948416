//! A pod whose process 1 is told to end.

use super::namespaces::assert_is_pause;
use e2e::Node;
use e2e::events::Events;
use e2e::report::Report;
use k8s_cri::v1::NamespaceMode;
use nix::sys::signal::Signal;
use testkit::until;

pub fn run(report: &mut Report, node: &Node) -> Option<()> {
    let events = report.step("ctr reports how processes end", || Events::of(&node.containerd))?;
    let control = "control: SIGKILL ends it with status 137";
    for (signal, status, step) in [
        (Signal::SIGTERM, 0, "SIGTERM ends /pause with status 0, and with it the pod: not ready"),
        (Signal::SIGINT, 0, "SIGINT does too"),
        (Signal::SIGKILL, 137, control),
    ] {
        report.step(step, || {
            let name = signal.as_str().to_lowercase();
            let pod = node.run_pod(node.pod(&name, NamespaceMode::Pod, NamespaceMode::Pod));
            let container = node.run_container(&pod, "app", &["sleep", "infinity"]);
            let init = node.pid(&pod);
            assert_is_pause(node, &init);
            assert!(node.is_ready(&pod) && !node.has_exited(&container));
            node.containerd.machine.signal(&init, signal);
            assert_eq!(events.exit_status(&pod.id), status);
            until("the pod is not ready", || !node.is_ready(&pod));
            until("the container has exited", || node.has_exited(&container));
            node.end(&pod);
        });
    }
    Some(())
}
