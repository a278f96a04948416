//! Pods on a node, and the containers in them, as the kubelet asks for them.

use crate::busybox;
use crate::node::Node;
use k8s_cri::v1::security_profile::ProfileType;
use k8s_cri::v1::*;
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use testkit::deadline::TIMEOUT;
use testkit::until;
use tonic::Status;

/// A pod that was started.
pub struct Pod {
    /// The configuration that it was started with.
    pub config: PodSandboxConfig,
    /// The ID of its sandbox.
    pub id: String,
}

/// A container of a pod.
pub struct Container {
    /// Its ID.
    pub id: String,
}

/// Calls a method of the service for pods and containers, which must succeed.
macro_rules! ask {
    ($node:expr, $method:ident, $request:expr) => {
        $node.cri.call(async |mut pods| pods.$method($request).await).expect(stringify!($method))
    };
}

impl Node {
    /// The configuration that the kubelet would send: a cgroup of the pod's own and the runtime's default seccomp profile.
    pub fn pod(&self, name: &str, pid: NamespaceMode, network: NamespaceMode) -> PodSandboxConfig {
        let namespaces = NamespaceOption { pid: pid.into(), network: network.into(), ..NamespaceOption::default() };
        let security_context = LinuxSandboxSecurityContext {
            namespace_options: Some(namespaces),
            seccomp: seccomp(),
            ..LinuxSandboxSecurityContext::default()
        };
        let (uid, namespace) = (format!("{name}-uid"), "default".into());
        let machine = &self.containerd.machine;
        PodSandboxConfig {
            metadata: Some(PodSandboxMetadata { name: name.into(), uid, namespace, attempt: 0 }),
            // A pod in the node's network has the node's host name.
            hostname: if network == NamespaceMode::Node { String::new() } else { name.into() },
            linux: Some(LinuxPodSandboxConfig {
                cgroup_parent: format!("{}/{}", machine.cgroup_parent(), machine.cgroup_of_pod(name)),
                security_context: Some(security_context),
                ..LinuxPodSandboxConfig::default()
            }),
            ..PodSandboxConfig::default()
        }
    }

    /// Starts a sandbox, and waits until it is ready.
    #[track_caller]
    pub fn run_pod(&self, config: PodSandboxConfig) -> Pod {
        self.run_pod_with(config, "")
    }

    /// The same with a runtime handler, as a RuntimeClass names it.
    #[track_caller]
    pub fn run_pod_with(&self, config: PodSandboxConfig, handler: &str) -> Pod {
        let request = RunPodSandboxRequest { runtime_handler: handler.into(), ..sandbox_request(&config) };
        let id = ask!(self, run_pod_sandbox, request).pod_sandbox_id;
        Pod { config, id }
    }

    /// Runs these pods concurrently.
    #[track_caller]
    pub fn run_pods(&self, configs: Vec<PodSandboxConfig>) -> Vec<Pod> {
        let run = |mut pods: runtime_service_client::RuntimeServiceClient<_>, request| async move {
            pods.run_pod_sandbox(request).await
        };
        let answers = self.cri.call_concurrently(configs.iter().map(sandbox_request).collect(), run);
        let ids = answers.expect("all of them run").into_iter().map(|answer| answer.pod_sandbox_id);
        configs.into_iter().zip(ids).map(|(config, id)| Pod { config, id }).collect()
    }

    /// The process ID of a pod's sandbox on the node.
    #[track_caller]
    pub fn pid(&self, pod: &Pod) -> String {
        pid(&self.sandbox_status(pod).info)
    }

    /// Whether the sandbox of a pod runs.
    #[track_caller]
    pub fn is_ready(&self, pod: &Pod) -> bool {
        self.sandbox_status(pod).status.expect("a status").state() == PodSandboxState::SandboxReady
    }

    /// The IP address of a pod, empty if it has the node's.
    #[track_caller]
    pub fn address(&self, pod: &Pod) -> String {
        self.sandbox_status(pod).status.expect("a status").network.map(|network| network.ip).unwrap_or_default()
    }

    #[track_caller]
    fn sandbox_status(&self, pod: &Pod) -> PodSandboxStatusResponse {
        let request = PodSandboxStatusRequest { pod_sandbox_id: pod.id.clone(), verbose: true };
        ask!(self, pod_sandbox_status, request)
    }

    /// Runs a command of BusyBox in a container of a pod.
    #[track_caller]
    pub fn run_container(&self, pod: &Pod, name: &str, command: &[&str]) -> Container {
        self.try_to_run_container(pod, name, command).expect("the container is created and started")
    }

    /// Like [`run_container`](Self::run_container). Returns the error of a container that cannot be created or
    /// started.
    #[track_caller]
    pub fn try_to_run_container(&self, pod: &Pod, name: &str, command: &[&str]) -> Result<Container, Status> {
        self.try_to_run_container_with(seccomp(), pod, name, command)
    }

    /// The same with another seccomp profile.
    #[track_caller]
    pub fn try_to_run_container_with(
        &self,
        seccomp: Option<SecurityProfile>,
        pod: &Pod,
        name: &str,
        command: &[&str],
    ) -> Result<Container, Status> {
        let security_context = LinuxContainerSecurityContext {
            namespace_options: self.namespaces(pod),
            seccomp,
            ..LinuxContainerSecurityContext::default()
        };
        let config = ContainerConfig {
            metadata: Some(ContainerMetadata { name: name.into(), attempt: 0 }),
            image: Some(ImageSpec { image: busybox::REFERENCE.into(), ..ImageSpec::default() }),
            command: words(command),
            linux: Some(LinuxContainerConfig { security_context: Some(security_context), resources: None }),
            ..ContainerConfig::default()
        };
        self.run_container_with(pod, config)
    }

    /// Runs a container of this configuration.
    pub fn run_container_with(&self, pod: &Pod, config: ContainerConfig) -> Result<Container, Status> {
        let request = CreateContainerRequest {
            pod_sandbox_id: pod.id.clone(),
            config: Some(config),
            sandbox_config: Some(pod.config.clone()),
        };
        let id = self.cri.call(async |mut pods| pods.create_container(request).await)?.container_id;
        let request = StartContainerRequest { container_id: id.clone() };
        self.cri.call(async |mut pods| pods.start_container(request).await).map(|_| Container { id })
    }

    /// Sends a container its stop signal, and SIGKILL after these seconds. Returns its exit status.
    #[track_caller]
    pub fn stop_container(&self, container: &Container, seconds: i64) -> i32 {
        let request = StopContainerRequest { container_id: container.id.clone(), timeout: seconds };
        ask!(self, stop_container, request);
        self.container_status(container).status.expect("a status").exit_code
    }

    fn namespaces(&self, pod: &Pod) -> Option<NamespaceOption> {
        pod.config.linux.as_ref()?.security_context.as_ref()?.namespace_options.clone()
    }

    /// The process ID of a container's first process on the node.
    #[track_caller]
    pub fn container_pid(&self, container: &Container) -> String {
        pid(&self.container_status(container).info)
    }

    /// Whether a container has exited.
    #[track_caller]
    pub fn has_exited(&self, container: &Container) -> bool {
        self.container_status(container).status.expect("a status").state() == ContainerState::ContainerExited
    }

    #[track_caller]
    fn container_status(&self, container: &Container) -> ContainerStatusResponse {
        ask!(self, container_status, ContainerStatusRequest { container_id: container.id.clone(), verbose: true })
    }

    /// Runs a command in a container, as a probe does. The timeout is in seconds; 0 means none.
    pub fn exec(&self, container: &Container, command: &[&str], timeout: i64) -> Result<ExecSyncResponse, Status> {
        let request = ExecSyncRequest { container_id: container.id.clone(), cmd: words(command), timeout };
        self.cri.call(async |mut pods| pods.exec_sync(request).await)
    }

    /// Runs a command in a container, which must succeed, and returns its standard output.
    #[track_caller]
    pub fn output(&self, container: &Container, command: &[&str]) -> String {
        let output = self.exec(container, command, TIMEOUT.as_secs().cast_signed()).expect("exec_sync");
        assert_eq!(output.exit_code, 0, "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Stops the sandbox of a pod, with everything in it.
    #[track_caller]
    pub fn stop(&self, pod: &Pod) {
        ask!(self, stop_pod_sandbox, StopPodSandboxRequest { pod_sandbox_id: pod.id.clone() });
    }

    /// Removes a pod and, as the kubelet does, its cgroup, which must become empty.
    #[track_caller]
    pub fn remove(&self, pod: &Pod) {
        self.remove_attempt(pod);
        let name = &pod.config.metadata.as_ref().expect("a pod has a name").name;
        let machine = &self.containerd.machine;
        let group = machine.cgroup_of_pod(name);
        let groups: Vec<PathBuf> = machine.cgroups().map(|folder| folder.join(&group)).collect();
        until(&format!("the cgroup of the pod {name} is empty"), || {
            groups.iter().filter(|group| group.exists()).all(|group| fs::remove_dir(group).is_ok())
        });
    }

    /// Removes one attempt of a pod that has another.
    #[track_caller]
    pub fn remove_attempt(&self, pod: &Pod) {
        ask!(self, remove_pod_sandbox, RemovePodSandboxRequest { pod_sandbox_id: pod.id.clone() });
    }

    /// Stops a pod and removes it.
    #[track_caller]
    pub fn end(&self, pod: &Pod) {
        self.stop(pod);
        self.remove(pod);
    }
}

fn sandbox_request(config: &PodSandboxConfig) -> RunPodSandboxRequest {
    RunPodSandboxRequest { config: Some(config.clone()), runtime_handler: String::new() }
}

fn seccomp() -> Option<SecurityProfile> {
    Some(SecurityProfile { profile_type: ProfileType::RuntimeDefault.into(), localhost_ref: String::new() })
}

/// The process ID in the JSON of a verbose answer.
#[track_caller]
fn pid(info: &HashMap<String, String>) -> String {
    let info: serde_json::Value = serde_json::from_str(&info["info"]).expect("JSON");
    info["pid"].as_u64().expect("a number").to_string()
}

fn words(command: &[&str]) -> Vec<String> {
    command.iter().map(|&word| word.to_owned()).collect()
}
