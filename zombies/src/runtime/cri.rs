//! The container runtime interface, CRI v1, of containerd and CRI-O.

use super::{Names, grpc};
use crate::text::harmless;
use prost::Message;
use std::io::{self, ErrorKind};
use std::path::Path;

/// A request for the container or the sandbox of an ID: `ListContainersRequest` and `ListPodSandboxRequest` are alike.
#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(message, optional, tag = "1")]
    filter: Option<Filter>,
}

#[derive(Clone, PartialEq, Message)]
struct Filter {
    #[prost(string, tag = "1")]
    id: String,
}

#[derive(Clone, PartialEq, Message)]
struct Containers {
    #[prost(message, repeated, tag = "1")]
    containers: Vec<Container>,
}

#[derive(Clone, PartialEq, Message)]
struct Container {
    #[prost(string, tag = "2")]
    pod_sandbox_id: String,
    #[prost(message, optional, tag = "3")]
    metadata: Option<ContainerMetadata>,
}

#[derive(Clone, PartialEq, Message)]
struct ContainerMetadata {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, PartialEq, Message)]
struct Sandboxes {
    #[prost(message, repeated, tag = "1")]
    items: Vec<Sandbox>,
}

#[derive(Clone, PartialEq, Message)]
struct Sandbox {
    #[prost(message, optional, tag = "2")]
    metadata: Option<SandboxMetadata>,
}

#[derive(Clone, PartialEq, Message)]
struct SandboxMetadata {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "3")]
    namespace: String,
}

/// Returns the names of a container and of its pod, or of a pod alone if the ID is that of a sandbox. There are none if the
/// runtime does not know the ID.
///
/// # Errors
/// If the runtime does not answer as a runtime does.
pub fn names(socket: &Path, id: &str) -> io::Result<Names> {
    let containers: Containers = call(socket, "ListContainers", id)?;
    let container = containers.containers.into_iter().next();
    let sandbox = container.as_ref().map_or(id, |container| &container.pod_sandbox_id);
    let sandboxes: Sandboxes = call(socket, "ListPodSandbox", sandbox)?;
    let sandbox = sandboxes.items.into_iter().next().and_then(|sandbox| sandbox.metadata);
    let text = |text: String| harmless(text.as_bytes());
    Ok(Names {
        container: container.and_then(|container| container.metadata).map(|metadata| text(metadata.name)),
        namespace: sandbox.as_ref().map(|metadata| text(metadata.namespace.clone())),
        pod: sandbox.map(|metadata| text(metadata.name)),
    })
}

fn call<T: Message + Default>(socket: &Path, method: &str, id: &str) -> io::Result<T> {
    let request = Request { filter: Some(Filter { id: id.to_owned() }) };
    let path = format!("/runtime.v1.RuntimeService/{method}");
    let answer = grpc::call(socket, &path, &request.encode_to_vec())?;
    T::decode(&*answer).map_err(|_| ErrorKind::InvalidData.into())
}
