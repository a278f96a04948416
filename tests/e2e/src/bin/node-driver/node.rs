//! The node under test, and what is done to it.

use e2e::Node;
use e2e::machine::Output;
use e2e::node::network;
use e2e::page::Page;
use e2e::pod::{Container, Pod};
use e2e::process::{Process, abandon};
use k8s_cri::v1::NamespaceMode::Pod as OfPod;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};
use testkit::until;

/// The folder with the page, the script and the archives. The page's commands run in it.
const FOLDER: &str = "/root";

/// Where the first phase keeps what the last one must find again.
const BEFORE: &str = "/root/before";

/// How many orphans one pod leaves behind.
pub const ORPHANS: usize = 500;

/// A command may take so long: the node is emulated.
const LIMIT: Duration = Duration::from_secs(900);

/// What the guide of kubeadm asks for: the default configuration, with systemd's cgroups.
const CONFIGURE: &str =
    "containerd config default | sed 's/SystemdCgroup = false/SystemdCgroup = true/' > /etc/containerd/config.toml
    grep -q 'SystemdCgroup = true' /etc/containerd/config.toml
    systemctl restart containerd";

/// All that a switch may change, except images.
const STATE: &str = "find /etc /usr/local /var/lib/pause /run/pause-switch.lock 2> /dev/null | sort
    find /etc /usr/local -type f -exec sha256sum {} + | sort
    systemctl show --property=ExecStartPost,Wants,DropInPaths,NeedDaemonReload containerd
    ctr namespaces ls --quiet";

/// The node, and the page that an administrator has in front of them.
pub struct Switched {
    pub node: Node,
    pub page: Page,
    /// The name of our image, and of the one that containerd has by default.
    pub image: String,
    pub former: String,
}

/// Waits until systemd has started all units, of which none may have failed.
pub fn until_it_is_booted() {
    let state = Command::new("systemctl").args(["is-system-running", "--wait"]).output().expect("systemctl runs");
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    let failed = Command::new("systemctl").args(["list-units", "--failed", "--no-legend"]).output().expect("it runs");
    assert_eq!((&*state, &*String::from_utf8_lossy(&failed.stdout)), ("running", ""));
    let mounts = fs::read_to_string("/proc/mounts").expect("/proc is mounted");
    let cgroups: Vec<&str> = mounts.lines().filter(|line| line.contains(" cgroup")).collect();
    assert!(cgroups.len() == 1 && cgroups[0].contains(" /sys/fs/cgroup cgroup2 "), "{cgroups:?}");
}

/// Runs a shell command.
#[track_caller]
fn run(machine: &e2e::Machine, line: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-euc", line]).current_dir(FOLDER);
    machine.run_with(shell, Stdio::null(), LIMIT)
}

impl Switched {
    /// Configures containerd and the network of its pods as on a node of kubeadm.
    #[track_caller]
    pub fn configure() {
        let machine = e2e::Machine::here();
        machine.write("/etc/cni/net.d/pods.conflist", &network());
        run(&machine, CONFIGURE).ok();
    }

    #[track_caller]
    pub fn here() -> Self {
        let node = Node::here();
        let page = Page::new(&fs::read_to_string(Path::new(FOLDER).join("containerd.md")).expect("the page"));
        let default = "containerd config default | sed -n \"s/^ *sandbox = '\\(.*\\)'/\\1/p\"";
        let former = run(&node.containerd.machine, default).ok().trim().to_owned();
        Self { node, page, image: env::var("IMAGE").expect("the name of our image"), former }
    }

    #[track_caller]
    pub fn shell(&self, line: &str) -> Output {
        run(&self.node.containerd.machine, line)
    }

    /// Imports BusyBox: for the containers of pods, and as the former sandbox image, which never reaps.
    #[track_caller]
    pub fn import_busybox(&self) {
        let busybox = e2e::busybox::REFERENCE;
        self.shell(&format!(
            "ctr -n k8s.io images import busybox.tar && ctr -n k8s.io images tag --force {busybox} {}",
            self.former
        ))
        .ok();
    }

    /// Runs the page's command that begins with these words. It must succeed and print what it prints there.
    #[track_caller]
    pub fn follow_page(&self, words: &str) {
        self.follow_page_with(words, |output| output);
    }

    /// Runs the page's command with `--check`, which must find everything in order, and so many pods.
    #[track_caller]
    pub fn check(&self, ours: usize, others: usize) {
        let pods = |ours, others| format!("{ours} have this image, {others} another");
        self.follow_page_with("sh switch.sh --check", |output| {
            assert!(output.contains(&pods(2, 0)), "the page has another output: {output}");
            output.replace(&pods(2, 0), &pods(ours, others))
        });
    }

    /// Like [`follow_page`](Self::follow_page), where `adapt` makes this node's output of the page's.
    #[track_caller]
    fn follow_page_with(&self, words: &str, adapt: impl FnOnce(String) -> String) {
        let command = self.page.command(words);
        let output = self.shell(&command.line);
        assert!(output.status.success(), "{}: {output:#?}", command.line);
        // The page has the image that was the default of another release.
        let expected = command.output.replace("registry.k8s.io/pause:3.8", &self.former);
        assert_eq!(output.stdout + &output.stderr, adapt(expected));
    }

    #[track_caller]
    pub fn state(&self) -> String {
        self.shell(STATE).ok()
    }

    /// Keeps the state for the last phase, on the disk.
    #[track_caller]
    pub fn keep_state(&self) {
        fs::write(BEFORE, self.state()).expect("a file can be written");
        self.shell("sync").ok();
    }

    #[track_caller]
    pub fn assert_state_is_restored(&self) {
        assert_eq!(self.state(), fs::read_to_string(BEFORE).expect("the first phase has written it"));
    }

    /// Starts a pod that shares its PID namespace, and a container in it.
    #[track_caller]
    pub fn start_pod(&self, name: &str) -> (Pod, Container) {
        let pod = self.node.run_pod(self.node.pod(name, OfPod, OfPod));
        let container = self.node.run_container(&pod, "app", &["sleep", "infinity"]);
        (pod, container)
    }

    /// The process 1 of a pod.
    #[track_caller]
    pub fn process_1(&self, pod: &Pod) -> Process<'_> {
        Process::new(&self.node.containerd.machine, &self.node.pid(pod))
    }

    /// Leaves orphans in a pod, kills them, and returns how many zombies there are.
    #[track_caller]
    pub fn zombies_of_orphans(&self, (pod, container): &(Pod, Container)) -> usize {
        let process_1 = self.process_1(pod);
        let exec = |command: &str| drop(self.node.output(container, &["sh", "-c", command]));
        exec(&abandon(ORPHANS));
        process_1.until_it_has_adopted(ORPHANS);
        process_1.zombies_of_orphans(exec)
    }

    /// Waits until our image is there, and the kubelet must not delete it.
    #[track_caller]
    pub fn until_the_image_is_back(&self) {
        until("the image is back", || self.node.image(&self.image).is_some_and(|image| image.is_pinned));
    }
}
