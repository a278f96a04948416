//! The container of `manifests/kubernetes/zombies-node.yaml`, started on a node as the kubelet starts it.

use super::{Finding, IMAGE, findings};
use e2e::Node;
use e2e::project::folder;
use k8s_cri::v1::*;
use std::fs;
use testkit::until;

/// The folder of the container's log on the node.
const LOGS: &str = "/run/logs";

/// What the manifest says, as far as it is repeated here.
const MANIFEST: [&str; 6] = [
    "hostPID: true",
    "runAsUser: 0",
    "allowPrivilegeEscalation: false",
    "readOnlyRootFilesystem: true",
    "capabilities: { drop: [ALL], add: [SYS_PTRACE] }",
    "volumeMounts: [{ name: cgroup, mountPath: /node/cgroup, readOnly: true }]",
];

/// Runs the Job's container. Returns its exit status and what it has found.
#[track_caller]
pub fn run(node: &Node) -> (i32, Vec<Finding>) {
    let manifest = fs::read_to_string(folder().join("manifests/kubernetes/zombies-node.yaml")).expect("a file");
    MANIFEST.iter().for_each(|line| assert!(manifest.contains(line), "{line} is not in the manifest"));
    let mut config = node.pod("job", NamespaceMode::Node, NamespaceMode::Node);
    config.log_directory = LOGS.into();
    let namespaces = config.linux.as_ref().and_then(|linux| linux.security_context.clone()?.namespace_options);
    let pod = node.run_pod(config);
    let security_context = LinuxContainerSecurityContext {
        namespace_options: namespaces,
        run_as_user: Some(Int64Value { value: 0 }),
        no_new_privs: true,
        readonly_rootfs: true,
        capabilities: Some(Capability {
            add_capabilities: vec!["SYS_PTRACE".into()],
            drop_capabilities: vec!["ALL".into()],
            ..Capability::default()
        }),
        seccomp: pod.config.linux.as_ref().and_then(|linux| linux.security_context.clone()?.seccomp),
        ..LinuxContainerSecurityContext::default()
    };
    let cgroup = Mount {
        container_path: "/node/cgroup".into(),
        host_path: "/sys/fs/cgroup".into(),
        readonly: true,
        ..Mount::default()
    };
    let config = ContainerConfig {
        metadata: Some(ContainerMetadata { name: "zombies".into(), attempt: 0 }),
        image: Some(ImageSpec { image: IMAGE.into(), ..ImageSpec::default() }),
        args: vec!["--json".into()],
        mounts: vec![cgroup],
        log_path: "zombies.log".into(),
        linux: Some(LinuxContainerConfig { security_context: Some(security_context), resources: None }),
        ..ContainerConfig::default()
    };
    let container = node.run_container_with(&pod, config).expect("start_container");
    until("the Job has ended", || node.has_exited(&container));
    let status = node.stop_container(&container, 0);
    let log = node.containerd.machine.path(&format!("{LOGS}/zombies.log"));
    // Each line has a time, a stream and a tag before the text. A long text is in several lines.
    let text = |line: &str| line.splitn(4, ' ').nth(3).unwrap_or_default().to_owned();
    let json: String = fs::read_to_string(log).expect("a log").lines().map(text).collect();
    node.end(&pod);
    (status, findings(&json))
}
