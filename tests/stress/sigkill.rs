//! Process 1 is killed from outside: every process of the pod ends with it, and none is left in its PID namespace.

use crate::scenario::{Run, short};
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use procfs::process::all_processes;
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use testkit::container::{container, until_ready};
use testkit::pause_process::piped;
use testkit::pod::has_ended;
use testkit::{Pod, until};

/// The largest number of orphans, and of descendants in a chain.
const MOST: usize = 40;

#[test]
fn when_process_1_is_killed_every_process_of_its_pod_ends() {
    short(run, 40);
}

fn namespace(pid: Pid) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/ns/pid")).ok()
}

/// The processes in a PID namespace that have not ended, by their IDs in the test's namespace.
fn members(of: &Path) -> Vec<Pid> {
    let all = all_processes().expect("/proc is mounted").flatten().map(|process| Pid::from_raw(process.pid()));
    all.filter(|&pid| namespace(pid).is_some_and(|namespace| namespace == of)).collect()
}

pub fn run(rounds: u64, run: &mut Run) -> String {
    let mut ended = 0;
    for _ in 0..rounds {
        let pod = Pod::with(piped());
        let [orphans, depth] = [(); 2].map(|()| 1 + run.below(MOST));
        let mut waiting =
            [("together", orphans), ("chain", depth)].map(|(how, n)| container(&pod, &[how, &n.to_string()]));
        waiting.iter_mut().for_each(until_ready);
        let _maker = container(&pod, &["endless"]);
        run.sleep(Duration::from_millis(3));

        // Open, so that no namespace of another test gets its inode number, by which it is found.
        let _open = File::open(format!("/proc/{}/ns/pid", pod.pid())).expect("process 1 is alive");
        let namespace = namespace(pod.pid()).expect("process 1 is alive");
        let all = members(&namespace);
        assert!(all.len() > orphans + depth, "{all:?} for {orphans} and {depth}");
        pod.signal(Signal::SIGKILL);
        assert_eq!(pod.wait().status.signal(), Some(libc::SIGKILL));
        until("every process of the pod has ended", || all.iter().all(|&pid| has_ended(pid)));
        assert_eq!(members(&namespace), [], "no new process is in the namespace");
        ended += all.len();
        run.progress.inc(1);
    }
    format!("{ended} processes ended with their process 1")
}
