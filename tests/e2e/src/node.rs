//! containerd on a node: configured for the kubelet, with a sandbox image and a network for pods.

use crate::containerd::Containerd;
use crate::cri_client::Cri;
use crate::inventory::Inventory;
use crate::machine::Machine;
use crate::release::Release;
use k8s_cri::v1::{ImageSpec, ImageStatusRequest, StatusRequest};
use std::fs;
use std::net::IpAddr;
use testkit::until;

/// The path of its socket.
pub const SOCKET: &str = "/run/containerd/containerd.sock";

/// The folder of the CNI configuration.
const NETWORKS: &str = "/run/cni";

/// The network's bridge, which stays after the last pod.
const BRIDGE: &str = "pods";

/// The folder with a file for each address in use.
const LEASES: &str = "/var/lib/cni/networks/pods";

/// A node: containerd, and the kubelet's connection to it.
pub struct Node {
    /// The runtime.
    pub containerd: Containerd,
    /// A client of its container runtime interface.
    pub cri: Cri,
}

/// The answer to `ImageStatus`.
pub struct Image {
    /// Whether the kubelet must not remove it.
    pub is_pinned: bool,
    /// The default user ID of its processes.
    pub uid: Option<i64>,
}

impl Node {
    /// Starts a node with this sandbox image, and imports these archives.
    #[track_caller]
    pub fn start(release: Release, sandbox_image: &str, archives: &[&str]) -> Self {
        Self::start_with("runc", release, sandbox_image, archives)
    }

    /// The same with this OCI runtime.
    #[track_caller]
    pub fn start_with(runtime: &str, release: Release, sandbox_image: &str, archives: &[&str]) -> Self {
        release.require(runtime);
        Self::start_after(release, sandbox_image, archives, &runtime_option(release, runtime), |_| ())
    }

    /// The same with more lines of configuration, after `prepare`, which may write what they name.
    #[track_caller]
    pub fn start_after(
        release: Release,
        sandbox_image: &str,
        archives: &[&str],
        lines: &str,
        prepare: impl FnOnce(&Machine),
    ) -> Self {
        let machine = release.machine_with_controllers();
        prepare(&machine);
        machine.write(&format!("{NETWORKS}/pods.conflist"), &network());
        let cri = Cri::new(&machine.path(SOCKET));
        let containerd = Containerd::start(release, &(configuration(release, sandbox_image) + lines), machine);
        let this = Self { containerd, cri };
        this.until_it_is_ready();
        for archive in archives {
            this.containerd.ctr(&["--namespace=k8s.io", "images", "import", archive]).ok();
        }
        this
    }

    /// The node that this process runs on.
    #[track_caller]
    pub fn here() -> Self {
        let containerd = Containerd::here();
        let this = Self { cri: Cri::new(&containerd.machine.path(SOCKET)), containerd };
        this.until_it_is_ready();
        this
    }

    /// Kills containerd with SIGKILL and starts it again. Returns when it is ready.
    #[track_caller]
    pub fn kill_and_start_again(&mut self) {
        self.containerd.kill_and_start_again();
        self.cri = Cri::new(&self.containerd.machine.path(SOCKET));
        self.until_it_is_ready();
    }

    /// Looks up an image.
    #[track_caller]
    pub fn image(&self, reference: &str) -> Option<Image> {
        let image = ImageSpec { image: reference.into(), ..ImageSpec::default() };
        let request = ImageStatusRequest { image: Some(image), verbose: false };
        let answer = self.cri.images(async |mut images| images.image_status(request).await);
        let image = answer.expect("ImageStatus").image?;
        Some(Image { is_pinned: image.pinned, uid: image.uid.map(|uid| uid.value) })
    }

    /// The inventory of its machine, with containerd's snapshots and the network's addresses.
    #[track_caller]
    pub fn inventory(&self) -> Inventory {
        let machine = &self.containerd.machine;
        let snapshots = self.containerd.ctr(&["--namespace=k8s.io", "snapshots", "list"]).ok();
        let snapshots = snapshots.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned);
        let leases = fs::read_dir(machine.path(LEASES)).into_iter().flatten().flatten();
        let leases = leases.filter_map(|entry| entry.file_name().into_string().ok());
        // The folder also has a lock and the last address.
        let addresses = leases.filter(|name| name.parse::<IpAddr>().is_ok());
        let inventory = Inventory::of(machine).without(|thing| thing == format!("interface {BRIDGE}"));
        inventory.and("snapshot", snapshots).and("address", addresses)
    }

    #[track_caller]
    fn until_it_is_ready(&self) {
        until("the node and its network are ready", || {
            let answer = self.cri.call(async |mut pods| pods.status(StatusRequest { verbose: false }).await);
            let conditions = answer.ok().and_then(|answer| answer.status).map(|status| status.conditions);
            // A release may have further conditions.
            let holds =
                |name| conditions.iter().flatten().any(|condition| condition.r#type == name && condition.status);
            holds("RuntimeReady") && holds("NetworkReady")
        });
    }
}

/// The configuration in the format of a release.
pub fn configuration(release: Release, sandbox_image: &str) -> String {
    // With `restrict_oom_score_adj`, a root without CAP_SYS_RESOURCE can run pods.
    match release {
        Release::Own | Release::Trixie => format!(
            "version = 2
[plugins.\"io.containerd.grpc.v1.cri\"]
sandbox_image = \"{sandbox_image}\"
disable_tcp_service = true
restrict_oom_score_adj = true
[plugins.\"io.containerd.grpc.v1.cri\".cni]
bin_dir = \"/usr/lib/cni\"
conf_dir = \"{NETWORKS}\"
"
        ),
        Release::Forky | Release::Given => format!(
            "version = 3
[plugins.\"io.containerd.cri.v1.images\".pinned_images]
sandbox = \"{sandbox_image}\"
[plugins.\"io.containerd.grpc.v1.cri\"]
disable_tcp_service = true
[plugins.\"io.containerd.cri.v1.runtime\"]
restrict_oom_score_adj = true
[plugins.\"io.containerd.cri.v1.runtime\".cni]
bin_dir = \"/usr/lib/cni\"
conf_dir = \"{NETWORKS}\"
"
        ),
    }
}

/// What names the OCI runtime in the configuration. Releases before forky are run with their default, runc, only.
fn runtime_option(release: Release, runtime: &str) -> String {
    if release != Release::Forky {
        assert_eq!(runtime, "runc");
        return String::new();
    }
    let table = "plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes.runc";
    format!("[{table}]\nruntime_type = \"io.containerd.runc.v2\"\n[{table}.options]\nBinaryName = {runtime:?}\n")
}

/// A CNI configuration: a bridge on the node, and an address for each pod.
pub fn network() -> String {
    let ipam = serde_json::json!({ "type": "host-local", "ranges": [[{ "subnet": "10.88.0.0/24" }]] });
    let plugin = serde_json::json!({ "type": "bridge", "bridge": BRIDGE, "ipam": ipam });
    serde_json::json!({ "cniVersion": "0.4.0", "name": "pods", "plugins": [plugin] }).to_string()
}
