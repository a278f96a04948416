//! Finds the container and the pod of a process in the path of its control group.
//!
//! Runtimes name the group after the container: `docker-ID.scope` under systemd, `ID` or `crio-ID` elsewhere. The kubelet
//! puts it below a group of the pod: `kubepods-burstable-podUID.slice`, or `podUID`.

use crate::runtime::Names;
use serde::Serialize;

/// A container, as far as the path of its group names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Container {
    /// The ID: 64 hexadecimal digits.
    pub id: String,
    /// The runtime, if the path tells.
    pub runtime: Option<&'static str>,
    /// The UID of the Kubernetes pod, or the ID of the podman pod.
    pub pod: Option<String>,
    /// Whether it is a container of Kubernetes.
    pub is_of_kubernetes: bool,
    /// What its runtime calls it, if that was asked and knows it.
    pub names: Option<Names>,
}

/// The runtimes, by what they put before the ID.
const PREFIXES: [(&str, &str); 4] =
    [("cri-containerd-", "containerd"), ("crio-", "CRI-O"), ("docker-", "Docker"), ("libpod-", "podman")];

/// Finds the innermost container in the path of a control group.
pub fn of(path: &str) -> Option<Container> {
    // Where the kubelet uses systemd and containerd does not, one part is `…-podUID.slice:cri-containerd:ID`.
    let parts: Vec<&str> = path.split(['/', ':']).collect();
    let (at, (id, mut runtime)) = parts.iter().enumerate().rev().find_map(|(at, part)| Some((at, id(part)?)))?;
    let before = at.checked_sub(1).map_or("", |before| parts[before]);
    match before {
        "docker" => runtime = Some("Docker"),
        "cri-containerd" => runtime = Some("containerd"),
        _ => (),
    }
    let kubernetes = parts[..at].iter().rev().find_map(|part| kubernetes_pod(part));
    // The kubelet's group can be called otherwise. Only it lets these runtimes name groups.
    let is_of_kubernetes = kubernetes.is_some()
        || parts[..at].iter().any(|part| part.contains("kubepods"))
        || matches!(runtime, Some("containerd" | "CRI-O"));
    let podman = || runtime.filter(|name| *name == "podman").and_then(|_| podman_pod(before));
    let pod = kubernetes.or_else(podman);
    Some(Container { id: id.to_owned(), runtime, pod, is_of_kubernetes, names: None })
}

/// Returns the ID in a part of a path, and the runtime.
fn id(part: &str) -> Option<(&str, Option<&'static str>)> {
    let name = part.strip_suffix(".scope").unwrap_or(part);
    let prefix = PREFIXES.iter().find_map(|(prefix, runtime)| Some((name.strip_prefix(prefix)?, Some(*runtime))));
    let (id, runtime) = prefix.unwrap_or((name, None));
    is_id(id).then_some((id, runtime))
}

fn is_id(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns the UID of a pod of Kubernetes. That of a static pod is a hash.
fn kubernetes_pod(part: &str) -> Option<String> {
    let name = match part.strip_suffix(".slice") {
        Some(slice) if slice.contains("kubepods") => &slice[slice.rfind("-pod")? + 1..],
        _ => part,
    };
    let uid = name.strip_prefix("pod")?.replace('_', "-"); // in the name of a slice, "-" separates the levels
    let digits = uid.bytes().filter(|byte| byte.is_ascii_hexdigit()).count();
    let is_uid = digits == 32
        && [32, 36].contains(&uid.len())
        && uid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    is_uid.then_some(uid)
}

/// Returns the ID of a podman pod.
fn podman_pod(part: &str) -> Option<String> {
    let name = part.strip_suffix(".slice").unwrap_or(part);
    let id = name.rsplit_once("libpod_pod_").map_or(name, |(_, id)| id);
    is_id(id).then(|| id.to_owned())
}
