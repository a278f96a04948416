//! The files of `oci-init`: each engine has the handler under the same name, and at the same path. `make e2e` runs containers
//! with those of containerd, Docker and podman.

use crate::text;
use toml::Table;
use yaml_rust2::YamlLoader;

pub const FILES: &[&str] = &[
    "oci-init/containerd-version-2.toml",
    "oci-init/containerd-version-3.toml",
    "oci-init/containers.conf",
    "oci-init/crio.conf",
    "oci-init/daemon.json",
    "oci-init/oci-init.toml", // oci-init reads it itself, in oci-init/tests/runs/configuration.rs
    "oci-init/runtime-class.yaml",
];

const PROGRAM: &str = "/usr/local/bin/oci-init";

fn toml(name: &str) -> Table {
    text(name).parse().unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_engine_has_the_handler() {
    let class = YamlLoader::load_from_str(&text("oci-init/runtime-class.yaml")).expect("YAML");
    assert_eq!(
        (class.len(), class[0]["kind"].as_str(), class[0]["handler"].as_str()),
        (1, Some("RuntimeClass"), Some("init"))
    );
    for (version, plugin) in [(2, "io.containerd.grpc.v1.cri"), (3, "io.containerd.cri.v1.runtime")] {
        let file = format!("oci-init/containerd-version-{version}.toml");
        let handler = &toml(&file)["plugins"][plugin]["containerd"]["runtimes"]["init"];
        assert_eq!(handler["options"]["BinaryName"].as_str(), Some(PROGRAM), "{file}");
        assert_eq!(handler["pod_annotations"][0].as_str(), Some("init.pause/*"), "{file}");
        // The lines for a node that has no other handler are a complete table too.
        let lines =
            text(&file).replace("\n# [", "\n[").replace("\n# runtime_", "\nruntime_").replace("\n# Sys", "\nSys");
        let table: Table = lines.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
        let default = &table["plugins"][plugin]["containerd"]["runtimes"]["runc"];
        assert_eq!(default["runtime_type"], handler["runtime_type"], "{file}");
        assert_eq!(default["options"]["SystemdCgroup"], handler["options"]["SystemdCgroup"], "{file}");
    }
    let crio = toml("oci-init/crio.conf");
    assert_eq!(crio["crio"]["runtime"]["runtimes"]["init"]["runtime_path"].as_str(), Some(PROGRAM));
    let podman = toml("oci-init/containers.conf");
    assert_eq!(podman["engine"]["runtimes"]["init"][0].as_str(), Some(PROGRAM));
    let docker: serde_json::Value = serde_json::from_str(&text("oci-init/daemon.json")).expect("JSON");
    assert_eq!(docker["runtimes"]["init"]["path"], PROGRAM);
}
