//! `kind/`: kind makes a cluster from these files. The node has only Debian's containerd and BusyBox, so kind stops where it
//! needs Kubernetes. By then it has used the files.

use crate::node::is_named;
use crate::{archive, manifest, programs, text};
use e2e::project::reference;
use e2e::{Machine, tool};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

pub const FILES: &[&str] = &["kind/cluster.yaml", "kind/import.conf"];

/// Packs the file system of a node into an archive: containerd, its configuration, and the programs that kind calls.
const PACK: &str = r#"
    mkdir -p "$2/usr/local/bin" "$2/bin" "$2/etc/containerd" "$2/kind" "$2/tmp"
    cp /bin/busybox "$2/bin/"
    for name in sh cat cp mkdir sleep; do ln -s busybox "$2/bin/$name"; done
    cp "$1/containerd" "$1/ctr" "$2/usr/local/bin/"
    ldd "$1/containerd" "$1/ctr" | grep -o '/[^ :]*[.]so[^ :]*' | sort -u | while read -r library; do
        mkdir -p "$2$(dirname "$library")" && cp -L "$library" "$2$library"
    done
    printf '#!/bin/sh\ncontainerd &\necho "Reached target Multi-User System."\nexec sleep infinity\n' > "$2/bin/entry"
    chmod +x "$2/bin/entry"
    echo v1.34.0 > "$2/kind/version"
    printf %s "$3" > "$2/etc/containerd/config.toml"
    tar --directory "$2" --create --file "$2.tar" ."#;

/// Runs its arguments in namespaces in which root has every capability, as a privileged node needs, even if the root of
/// this machine does not have all of them.
const ALL_CAPABILITIES: &str = r#"
    unshare --user sh -euc 'kill -STOP $$; exec "$@"' sh unshare --mount --pid --net --fork --kill-child --mount-proc "$@" &
    until grep -q '^State:.T' "/proc/$!/status"; do sleep 0.01; done
    echo 0 0 65536 > "/proc/$!/uid_map"
    echo 0 0 65536 > "/proc/$!/gid_map"
    kill -CONT $!
    wait $!"#;

/// The session. Lines that begin with `==` divide its output.
const SESSION: &str = r#"
    cd "$PROJECT" # the base of the mounts' paths
    ip link set lo up
    export HOME=/run/home && mkdir -p "$HOME"
    dockerd --iptables=false --ip6tables=false --bridge=none --cgroup-parent "$GROUP" > /run/dockerd.log 2>&1 &
    until docker version > /dev/null 2>&1; do sleep 0.05; done
    docker import --change 'ENTRYPOINT ["/bin/entry"]' --change 'ENV PATH=/usr/local/bin:/bin' "$NODE" kindest/node:test > /run/id
    "$KIND" create cluster --config manifests/kind/cluster.yaml --image kindest/node:test --retain > /run/kind.log 2>&1 || true
    in_node() { docker exec kind-control-plane "$@"; }
    echo "== dump" && in_node containerd config dump || cat /run/kind.log
    echo "== unit" && in_node cat /etc/systemd/system/containerd.service.d/50-pause.conf
    until in_node ctr version > /dev/null 2>&1; do sleep 0.05; done
    echo "== none" && in_node ctr --namespace k8s.io images ls --quiet
    in_node sh -euc "$IMPORT" > /dev/null
    echo "== import" && in_node ctr --namespace k8s.io images ls --quiet
    in_node ctr --namespace k8s.io images rm "$IMAGE" > /dev/null
    "$KIND" load image-archive "$ARCHIVE" > /dev/null 2>&1
    echo "== load" && in_node ctr --namespace k8s.io images ls --quiet
    "$KIND" delete cluster > /dev/null 2>&1
    echo "== left" && docker ps --all --quiet"#;

#[test]
fn kind_gives_the_node_the_image_and_the_configuration() {
    for (kind, containerd, config) in [
        ("trixie", "trixie", crate::containerd::VERSION_2),
        ("trixie", "forky", crate::containerd::VERSION_2),
        ("forky", "forky", crate::containerd::VERSION_2),
        ("forky", "forky", crate::containerd::VERSION_3),
    ] {
        let parts = session(kind, containerd, config);
        let part = |name: &str| parts.iter().find(|(part, _)| part == name).map_or("", |(_, text)| text.as_str());
        assert!(is_named(part("dump"), reference()) && !part("dump").contains("pause:before"), "{parts:?}");
        assert!(part("dump").contains("SystemdCgroup = true") && part("dump").contains("4242"), "{parts:?}");
        assert_eq!(part("unit"), text("kind/import.conf"));
        assert_eq!(part("none"), "");
        for after in ["import", "load"] {
            assert!(part(after).lines().any(|image| image == reference()), "{after}: {parts:?}");
        }
        assert_eq!(parts.last(), Some(&("left".to_owned(), String::new())));
    }
}

/// Runs the session with these programs and this configuration of the node. Returns the parts of its output.
#[track_caller]
fn session(kind: &str, containerd: &str, config: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let node = folder.path().join("node");
    let mut pack = Command::new("sh");
    pack.args(["-euc", PACK, "sh"]).arg(programs(containerd, "containerd")).arg(&node).arg(config);
    e2e::project::output(&mut pack);
    let project = folder.path().join("project");
    for name in FILES.iter().map(|name| format!("manifests/{name}")) {
        fs::create_dir_all(project.join(&name).parent().expect("a folder")).expect("a folder can be made");
        fs::copy(manifest("..").join(&name), project.join(&name)).expect("a file can be copied");
    }
    fs::create_dir(project.join("dist")).expect("a folder can be made");
    fs::copy(archive(), project.join("dist").join(Path::new(archive()).file_name().expect("a name")))
        .expect("a file can be copied");
    let unit = text("kind/import.conf");
    let import = unit.lines().find_map(|line| line.strip_prefix("ExecStartPost=-")).expect("the import command");

    for program in ["docker", "dockerd", "runc"] {
        tool(program);
    }
    let machine = Machine::create();
    let mut shell = Command::new("sh");
    shell.args(["-euc", ALL_CAPABILITIES, "sh", "sh", "-euc", SESSION]).env("PROJECT", &project);
    shell.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("NODE", node.with_extension("tar")).env("IMPORT", import);
    shell.env("KIND", programs(kind, "kind").join("kind")).env("GROUP", machine.cgroup_parent());
    shell.env("ARCHIVE", archive()).env("IMAGE", reference());
    let output = machine.run_with(shell, Stdio::null(), Duration::from_secs(180));
    let mut parts: Vec<(String, String)> = Vec::new();
    for line in output.ok().lines() {
        match (line.strip_prefix("== "), parts.last_mut()) {
            (Some(name), _) => parts.push((name.to_owned(), String::new())),
            (None, Some((_, text))) => *text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    parts
}
