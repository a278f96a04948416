//! Paths of control groups as runtimes choose them, and the container and pod in each.

use zombies::container::of;

const ID: &str = "3fb3d3015ea281cc1c688c860c12acd43c2f4b1d0aaf5ee7b7f1d5ef5a3e9c77";
const UID: &str = "04f9ccf7-39a3-4cbd-b5cc-032759116f54";

/// A path with `ID`, `UID` and `U_D` (as systemd has it), the runtime, whether there is a pod, and whether it is one of
/// Kubernetes.
type Row = (&'static str, Option<&'static str>, bool, bool);

#[rustfmt::skip]
const ROWS: [Row; 22] = [
    // The kubelet with systemd's groups.
    ("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podU_D.slice/cri-containerd-ID.scope", Some("containerd"), true, true),
    ("/kubepods.slice/kubepods-podU_D.slice/cri-containerd-ID.scope", Some("containerd"), true, true),
    ("/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podU_D.slice/crio-ID.scope", Some("CRI-O"), true, true),
    ("/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podU_D.slice/crio-ID.scope/container", Some("CRI-O"), true, true),
    ("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podU_D.slice/docker-ID.scope", Some("Docker"), true, true),
    ("/system.slice/containerd.service/kubepods-burstable-podU_D.slice:cri-containerd:ID", Some("containerd"), true, true),
    // The kubelet with groups of its own.
    ("/kubepods/burstable/podUID/ID", None, true, true),
    ("/kubepods/podUID/crio-ID", Some("CRI-O"), true, true),
    // A static pod: its UID is a hash.
    ("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0123456789abcdef0123456789abcdef.slice/crio-ID.scope", Some("CRI-O"), true, true),
    // A node that is a container itself.
    ("/docker/IDD/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-podU_D.slice/cri-containerd-ID.scope", Some("containerd"), true, true),
    ("/docker/IDD/kubepods/besteffort/podUID/ID", None, true, true),
    // Docker.
    ("/docker/ID", Some("Docker"), false, false),
    ("/system.slice/docker-ID.scope", Some("Docker"), false, false),
    ("/../../system.slice/docker-ID.scope", Some("Docker"), false, false),
    ("/docker/ID/init.scope", Some("Docker"), false, false),
    // podman.
    ("/machine.slice/libpod-ID.scope", Some("podman"), false, false),
    ("/machine.slice/libpod-ID.scope/container", Some("podman"), false, false),
    ("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope/container", Some("podman"), false, false),
    ("/machine.slice/machine-libpod_pod_IDD.slice/libpod-ID.scope", Some("podman"), true, false),
    ("/libpod_parent/IDD/libpod-ID", Some("podman"), true, false),
    ("/libpod_parent/libpod-ID", Some("podman"), false, false),
    // containerd without a kubelet.
    ("/k8s.io/ID", None, false, false),
];

/// Paths without a container.
const OTHERS: [&str; 10] = [
    "/",
    "",
    "/system.slice/containerd.service",
    "/user.slice/user-0.slice/session-1.scope",
    "/machine.slice/libpod-conmon-ID.scope",
    "/kubepods.slice/kubepods-podU_D.slice/crio-conmon-ID.scope",
    "/kubepods.slice/kubepods-podU_D.slice",
    "/docker/3fb3d3015ea2",
    "/docker/ID0",
    "/docker/3FB3D3015EA281CC1C688C860C12ACD43C2F4B1D0AAF5EE7B7F1D5EF5A3E9C77",
];

fn fill(path: &str) -> String {
    let other = ID.replace('3', "4");
    path.replace("IDD", &other).replace("U_D", &UID.replace('-', "_")).replace("UID", UID).replace("ID", ID)
}

#[test]
fn the_container_and_the_pod_are_found() {
    for (path, runtime, has_pod, is_of_kubernetes) in ROWS {
        let container = of(&fill(path)).unwrap_or_else(|| panic!("{path} has a container"));
        assert_eq!((&*container.id, container.runtime), (ID, runtime), "{path}");
        assert_eq!((container.pod.is_some(), container.is_of_kubernetes), (has_pod, is_of_kubernetes), "{path}");
        let pod = container.pod.unwrap_or_default();
        assert!(!path.contains("UID") && !path.contains("U_D") || pod == UID, "{path}: {pod}");
    }
}

#[test]
fn other_groups_have_none() {
    for path in OTHERS {
        assert_eq!(of(&fill(path)), None, "{path}");
    }
}
