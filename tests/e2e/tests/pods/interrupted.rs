//! This program is ended while pods run, by Ctrl-C and by SIGKILL: nothing is left behind.

use crate::images;
use e2e::cgroups::Parent;
use e2e::report::Report;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use procfs::process::{Process, all_processes};
use std::collections::{BTreeMap, BTreeSet};
use std::env::current_exe;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use testkit::{PodProcess, until};

/// The runtimes whose pods run then: on this machine's own system, and in another root.
const RUNTIME: &str = "containerd-1.6";
const IN_ROOT: &str = "docker-28";

pub fn run(report: &mut Report) -> Option<()> {
    report.step("the image is made", images::pause)?; // before the program that is interrupted would make it
    report.step("Ctrl-C while pods run: no process, mount, cgroup, interface or file is left", || {
        interrupt(RUNTIME, Signal::SIGINT);
    });
    report.step("Ctrl-C while pods run in another root: the same", || {
        interrupt(IN_ROOT, Signal::SIGINT);
    });
    report.step("SIGKILL: the same, and the next run removes the cgroups", || {
        let groups = interrupt(RUNTIME, Signal::SIGKILL);
        drop(Parent::create());
        assert_eq!(existing(&groups), Vec::<&PathBuf>::new());
    })
}

/// Starts this program, and signals its process group while pods run. Returns the cgroups that it had.
#[track_caller]
fn interrupt(runtime: &str, signal: Signal) -> Vec<PathBuf> {
    let files = tempfile::tempdir().expect("a folder can be made");
    let before = mounts_and_interfaces();
    let mut program = Command::new(current_exe().expect("the path of this program"));
    program.arg(runtime).env("TMPDIR", files.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut program = PodProcess::outside(program);
    let pid = program.pid();
    let mut processes = BTreeMap::new();
    until("a pod with a container runs", || {
        assert!(program.status().is_none(), "the program ended before it was interrupted");
        processes = descendants(pid);
        let count = |name: &str| processes.values().filter(|command| *command == name).count();
        // The first pause is process 1 of the machine.
        count("pause") > 1 && count("sleep") > 0
    });
    let groups: Vec<PathBuf> = Parent::of_process(pid).collect();
    assert!(!groups.is_empty(), "its pods are in cgroups");
    killpg(pid, signal).expect("the program runs");
    until("the program ends", || program.status().is_some());
    assert_eq!(program.status().and_then(|status| status.signal()), Some(signal as i32));
    until("its processes have ended", || processes.keys().all(|process| !is_alive(*process)));
    if signal != Signal::SIGKILL {
        assert_eq!(existing(&groups), Vec::<&PathBuf>::new());
    }
    until("its mounts and interfaces are gone", || mounts_and_interfaces().is_subset(&before));
    let left: Vec<_> = fs::read_dir(files.path()).expect("the folder exists").collect();
    assert!(left.is_empty(), "{left:?}");
    groups
}

/// This machine's mounts and network interfaces.
fn mounts_and_interfaces() -> BTreeSet<String> {
    let me = Process::myself().expect("/proc is mounted");
    let mounts = me.mountinfo().expect("/proc is mounted").into_iter();
    let mounts = mounts.map(|mount| mount.mount_point.display().to_string());
    mounts.chain(me.dev_status().expect("/proc is mounted").into_keys()).collect()
}

/// A process ID and the start time, which distinguishes the process from a later one with the same ID.
type Identity = (i32, u64);

/// A process and its descendants, with their names.
fn descendants(ancestor: Pid) -> BTreeMap<Identity, String> {
    let stats: Vec<_> = all_processes().into_iter().flatten().filter_map(|process| process.ok()?.stat().ok()).collect();
    let mut found = BTreeSet::from([ancestor.as_raw()]);
    loop {
        let more: Vec<i32> = stats.iter().filter(|stat| found.contains(&stat.ppid)).map(|stat| stat.pid).collect();
        let count = found.len();
        found.extend(more);
        if found.len() == count {
            break;
        }
    }
    let stats = stats.into_iter().filter(|stat| found.contains(&stat.pid));
    stats.map(|stat| ((stat.pid, stat.starttime), stat.comm)).collect()
}

/// Whether a process exists and is not a zombie, which its parent may be slow to reap.
fn is_alive((pid, start): Identity) -> bool {
    let stat = Process::new(pid).and_then(|process| process.stat());
    stat.is_ok_and(|stat| stat.starttime == start && stat.state != 'Z')
}

fn existing(groups: &[PathBuf]) -> Vec<&PathBuf> {
    groups.iter().filter(|group| group.exists()).collect()
}
