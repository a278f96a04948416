//! What containerd does if the sandbox image is missing: whom it asks, as the page of runtimes says.

use e2e::Release;
use e2e::cri_client::Cri;
use e2e::project::{folder, package, reference};
use e2e::{Containerd, Machine, Node};
use k8s_cri::v1::{ImageSpec, NamespaceMode, PullImageRequest, RunPodSandboxRequest};
use std::fs;
use std::process::Command;

const RELEASES: [Release; 3] = [Release::Own, Release::Trixie, Release::Forky];

/// Runs a shell command on a machine.
#[track_caller]
fn shell(machine: &Machine, line: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-euc", line]);
    machine.run(shell).ok();
}

/// Why a node with this sandbox image, and without any image, cannot run a pod.
#[track_caller]
fn refusal(release: Release, sandbox_image: &str) -> String {
    let node = Node::start(release, sandbox_image, &[]);
    // The resolver of such a node answers with the node itself, and nobody listens there.
    shell(
        &node.containerd.machine,
        "echo 127.0.0.1 localhost pause.localhost > /run/hosts && mount --bind /run/hosts /etc/hosts && ip link set lo up",
    );
    let request = RunPodSandboxRequest {
        config: Some(node.pod("pod", NamespaceMode::Pod, NamespaceMode::Node)),
        ..Default::default()
    };
    let answer = node.cri.call(async |mut pods| pods.run_pod_sandbox(request.clone()).await);
    answer.expect_err("no pod can run without an image").message().to_owned()
}

#[test]
fn a_missing_image_is_asked_for_only_on_port_443_of_the_node() {
    for release in RELEASES {
        let refusal = refusal(release, reference());
        assert!(refusal.ends_with("dial tcp 127.0.0.1:443: connect: connection refused"), "{refusal}");
    }
}

#[test]
fn control_a_name_on_plain_localhost_is_asked_for_on_port_80_by_containerd_1() {
    for release in [Release::Own, Release::Trixie] {
        let refusal = refusal(release, &format!("localhost/pause:{}", package().version()));
        assert!(refusal.ends_with("dial tcp 127.0.0.1:80: connect: connection refused"), "{refusal}");
    }
}

/// The lines of a page in its first block of TOML.
#[track_caller]
fn toml_of(page: &str) -> String {
    let text = fs::read_to_string(folder().join("docs").join(page)).expect("the page");
    let block = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    block.expect("a block of TOML").to_owned()
}

#[test]
fn containerd_asks_the_registry_in_the_lines_of_the_page_instead() {
    for (release, images) in RELEASES.into_iter().zip(["grpc.v1.cri", "grpc.v1.cri", "cri.v1.images"]) {
        let version = if images == "cri.v1.images" { 3 } else { 2 };
        let registry = format!("[plugins.\"io.containerd.{images}\".registry]\nconfig_path = \"/run/certs.d\"\n");
        let machine = release.machine();
        machine.write("/run/certs.d/pause.localhost/hosts.toml", &toml_of("runtimes.md"));
        let cri = Cri::new(&machine.path("/run/containerd/containerd.sock"));
        let _containerd = Containerd::start(release, &format!("version = {version}\n{registry}"), machine);
        let image = ImageSpec { image: reference().to_owned(), ..Default::default() };
        let request = PullImageRequest { image: Some(image), ..Default::default() };
        let answer = cri.images(async |mut images| images.pull_image(request.clone()).await);
        let refusal = answer.expect_err("no registry is there").message().to_owned();
        assert!(refusal.contains("Head \"https://registry.example.com/v2/pause/manifests/"), "{refusal}");
    }
}
