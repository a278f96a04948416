//! A pod is stopped and run again, and removed twice.

use super::namespaces::ID;
use e2e::Node;
use e2e::process::Process;
use e2e::report::Report;
use k8s_cri::v1::NamespaceMode;

pub fn run(report: &mut Report, node: &Node) -> Option<()> {
    report.step("a stopped pod is run again while its first attempt still exists", || {
        let first = node.run_pod(node.pod("again", NamespaceMode::Pod, NamespaceMode::Pod));
        node.stop(&first);
        assert!(!node.is_ready(&first));
        let mut config = first.config.clone();
        config.metadata.as_mut().expect("a pod has a name").attempt += 1;
        let second = node.run_pod(config);
        assert_ne!(first.id, second.id);
        Process::new(&node.containerd.machine, &node.pid(&second)).assert_is_pause(ID);
        assert!(node.is_ready(&second));
        node.stop(&second);
        node.remove_attempt(&first);
        node.remove(&second);
    })?;
    report.step("a pod can be removed twice", || {
        let pod = node.run_pod(node.pod("removed", NamespaceMode::Pod, NamespaceMode::Pod));
        node.end(&pod);
        node.remove(&pod);
    })
}
