//! This program is interrupted in the middle, by a Ctrl-C and by a SIGKILL: nothing stays.

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

/// What it runs when it is interrupted.
const RUNTIME: &str = "containerd-1.6";

pub fn run(report: &mut Report) -> Option<()> {
    report.about("(interrupted)", "");
    report.step("the image is assembled", images::pause)?; // or it would be what is interrupted
    report.step("Ctrl-C while pods run: no process, mount, cgroup, interface or file stays", || {
        interrupt(Signal::SIGINT);
    });
    report.step("SIGKILL too; cgroups stay until somebody makes one the next time", || {
        let groups = interrupt(Signal::SIGKILL);
        drop(Parent::new());
        assert_eq!(existing(&groups), Vec::<&PathBuf>::new());
    })
}

/// Starts this program and ends it with a signal to its process group while pods run. The control groups that it had.
#[track_caller]
fn interrupt(signal: Signal) -> Vec<PathBuf> {
    let files = tempfile::tempdir().expect("a folder can be made");
    let before = surroundings();
    let mut program = Command::new(current_exe().expect("it runs"));
    program.arg(RUNTIME).env("TMPDIR", files.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut program = PodProcess::outside(program);
    let pid = program.pid();
    let mut processes = BTreeMap::new();
    until("a pod with a container runs", || {
        assert!(program.status().is_none(), "it ended before it was interrupted");
        processes = descendants(pid);
        let count = |name: &str| processes.values().filter(|command| *command == name).count();
        // One is the machine's own process 1.
        count("pause") > 1 && count("sleep") > 0
    });
    let groups: Vec<PathBuf> = Parent::of_process(pid).collect();
    assert!(!groups.is_empty(), "its pods are in control groups");
    killpg(pid, signal).expect("it lives");
    until("it ends", || program.status().is_some());
    assert_eq!(program.status().and_then(|status| status.signal()), Some(signal as i32));
    until("its processes have ended", || processes.keys().all(|process| !lives(*process)));
    if signal != Signal::SIGKILL {
        assert_eq!(existing(&groups), Vec::<&PathBuf>::new());
    }
    until("what it mounted and the interfaces it made are gone", || surroundings().is_subset(&before));
    let left: Vec<_> = fs::read_dir(files.path()).expect("it is ours").collect();
    assert!(left.is_empty(), "{left:?}");
    groups
}

/// This machine's mounts and network interfaces.
fn surroundings() -> BTreeSet<String> {
    let me = Process::myself().expect("/proc is mounted");
    let mounts = me.mountinfo().expect("/proc is mounted").into_iter();
    let mounts = mounts.map(|mount| mount.mount_point.display().to_string());
    mounts.chain(me.dev_status().expect("/proc is mounted").into_keys()).collect()
}

/// A process and when it started, so that it is told from another one with its number.
type Identity = (i32, u64);

/// The processes that a process has started, and those that they have; with their names.
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
    let of_them = stats.into_iter().filter(|stat| found.contains(&stat.pid));
    of_them.map(|stat| ((stat.pid, stat.starttime), stat.comm)).collect()
}

/// Whether it is there and not a zombie, which its parent may be slow to reap.
fn lives((pid, start): Identity) -> bool {
    let stat = Process::new(pid).and_then(|process| process.stat());
    stat.is_ok_and(|stat| stat.starttime == start && stat.state != 'Z')
}

fn existing(groups: &[PathBuf]) -> Vec<&PathBuf> {
    groups.iter().filter(|group| group.exists()).collect()
}
