//! A pod is stopped and removed, and run again.

use super::namespaces::assert_is_pause;
use e2e::Node;
use e2e::report::Report;
use k8s_cri::v1::NamespaceMode;

pub fn run(report: &mut Report, node: &Node) -> Option<()> {
    report.step("a pod is stopped, and run again while its first attempt is still there", || {
        let first = node.run_pod(node.pod("again", NamespaceMode::Pod, NamespaceMode::Pod));
        node.stop(&first);
        assert!(!node.is_ready(&first));
        let mut config = first.config.clone();
        config.metadata.as_mut().expect("it has a name").attempt += 1;
        let second = node.run_pod(config);
        assert_ne!(first.id, second.id);
        assert_is_pause(node, &node.pid(&second));
        assert!(node.is_ready(&second));
        node.stop(&second);
        node.remove_attempt(&first);
        node.remove(&second);
    });
    report.step("a pod is removed, and once more: no harm is done", || {
        let pod = node.run_pod(node.pod("removed", NamespaceMode::Pod, NamespaceMode::Pod));
        node.end(&pod);
        node.remove(&pod);
    })
}
