//! A node on which systemd runs containerd, in namespaces of its own: its services, drop-ins and timers are real.

use crate::node::Node;
use crate::programs;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use testkit::until;

/// Starts systemd, with the service of Debian's containerd as its only one. It may write to the node's own folders only.
const START: &str = r#"
    cp "$UNIT" /run/containerd.service
    mount -t tmpfs node /usr/lib/systemd/system
    cd /usr/lib/systemd/system
    for target in sysinit basic shutdown timers node; do
        printf '[Unit]\nDefaultDependencies=no\n' > $target.target
    done
    cp /run/containerd.service .
    mkdir containerd.service.d
    printf '[Service]\n%s\n' ExecStart= "ExecStart=$FOLDER/containerd --config $CONFIG" "Environment=PATH=$PATH" \
        OOMScoreAdjust=0 > containerd.service.d/10-node.conf # a root without CAP_SYS_RESOURCE cannot lower it
    # systemd manages the cgroups below its own, in these hierarchies.
    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
        if [ -e "$hierarchy/cgroup.procs" ]; then
            mkdir -p "$hierarchy/$GROUP"
            echo 0 > "$hierarchy/$GROUP/cgroup.procs"
        fi
    done
    unshare --pid --mount --fork --kill-child --propagation private sh -euc '
        mount -t proc proc /proc
        mount -o remount,bind,ro /
        # systemd mounts the controllers of version 1 that nobody has mounted, and makes this folder read-only, both for the
        # whole machine. So it gets a folder of its own, in which it can make no mount point.
        if [ ! -e /sys/fs/cgroup/cgroup.procs ]; then
            mkdir /run/cgroup
            mount --rbind /sys/fs/cgroup /run/cgroup
            mount -t tmpfs node /sys/fs/cgroup
            for hierarchy in /run/cgroup/*/; do
                mkdir "/sys/fs/cgroup/$(basename "$hierarchy")"
                mount --bind "$hierarchy" "/sys/fs/cgroup/$(basename "$hierarchy")"
            done
            mount -o remount,ro /sys/fs/cgroup
        fi
        exec env -i container=node PATH="$PATH" /lib/systemd/systemd --system --unit=node.target --show-status=no' &
    child=
    until [ -n "$child" ]; do child=$(cat "/proc/$!/task/$!/children"); done
    echo ${child} > /run/systemd.pid # unquoted: the kernel adds a space
    wait"#;

impl Node {
    /// Makes a node with this configuration, on which systemd runs, and starts containerd.
    #[track_caller]
    pub fn with_systemd(release: &str, config: &str) -> Self {
        let before = hierarchies();
        let mut node = Self::without_containerd(release, Some(config));
        let folder = programs(release, "containerd");
        let unit = folder.parent().expect("a folder").join("lib/systemd/system/containerd.service");
        assert!(Path::new("/lib/systemd/systemd").exists(), "systemd is missing: install the package systemd");
        let mut shell = Command::new("sh");
        shell.args(["-euc", START]).env("PATH", &node.path).env("CONFIG", crate::node::CONFIG).env("UNIT", unit);
        shell.env("FOLDER", folder).env("GROUP", node.machine.cgroup_parent().trim_start_matches('/'));
        shell.stdin(Stdio::null()).stdout(Stdio::null());
        node.systemd = Some(node.machine.start(shell));
        until("systemd runs", || node.shell("systemctl is-system-running").status.success());
        assert_eq!(hierarchies(), before, "systemd changed the cgroups of this machine");
        node.shell("systemctl start containerd").ok();
        node
    }
}

/// The hierarchies of cgroups of this machine, and their mount points.
fn hierarchies() -> (Vec<String>, BTreeSet<OsString>) {
    let list = fs::read_to_string("/proc/self/cgroup").expect("/proc is mounted");
    let names = list.lines().filter_map(|line| line.split(':').nth(1)).map(str::to_owned).collect();
    let mounts = fs::read_dir("/sys/fs/cgroup").expect("cgroups are mounted").flatten();
    // In version 2 these are groups, which come and go.
    let folders = if Path::new("/sys/fs/cgroup/cgroup.procs").exists() { None } else { Some(mounts) };
    (names, folders.into_iter().flatten().map(|mount| mount.file_name()).collect())
}
