//! What the rules need from a call that creates a container, and the change that they decide.

use crate::messages::{ContainerAdjustment, CreateContainerRequest, CreateContainerResponse, LinuxNamespace, Mount};
use crate::seccomp;
use init_rules::{Change, Container, PidNamespace};

/// Returns the container of a call, as the rules see it.
pub fn container(request: CreateContainerRequest) -> Container {
    let pod = request.pod.unwrap_or_default();
    let container = request.container.unwrap_or_default();
    let linux = container.linux.unwrap_or_default();
    // The runtime's own annotations, which tell a sandbox, are stronger than those that users write.
    let annotations = pod.annotations.into_iter().chain(container.annotations).collect();
    let own = |namespace: &LinuxNamespace| namespace.r#type == "pid" && namespace.path.is_empty();
    Container {
        name: Some(container.name).filter(|name| !name.is_empty()),
        annotations,
        args: container.args,
        pid_namespace: if linux.namespaces.iter().any(own) { PidNamespace::New } else { PidNamespace::Joined },
        mounts: container.mounts.into_iter().map(|mount| mount.destination).collect(),
        seccomp: seccomp::profile(linux.seccomp_policy, linux.seccomp_profile),
    }
}

/// Returns the answer that makes the change, in a container with these arguments.
pub fn answer(change: Change, args: Vec<String>) -> CreateContainerResponse {
    let mount = Mount {
        destination: change.mount.destination.to_owned(),
        r#type: "bind".to_owned(),
        source: change.mount.source,
        options: change.mount.options.map(str::to_owned).to_vec(),
    };
    // The empty word lets the runtime accept the arguments if another plugin has set them before.
    let args = [String::new()].into_iter().chain(change.words).chain(args).collect();
    CreateContainerResponse { adjust: Some(ContainerAdjustment { mounts: vec![mount], args }) }
}
