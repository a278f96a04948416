//! Process 1 is killed from outside: everything in the pod is gone with it, and the pod's namespaces are nobody's.

use crate::common::{Day, piped, short};
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use procfs::process::all_processes;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use testkit::container::{container, until_ready};
use testkit::pod::has_ended;
use testkit::{Pod, until};

/// How many orphans there are, and how deep a chain of others is, at most.
const MOST: usize = 40;

#[test]
fn process_1_is_killed() {
    short(run, 40);
}

fn namespace(pid: Pid) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/ns/pid")).ok()
}

/// Who is in a PID namespace, as this side sees them; the dead are in none.
fn members(of: &Path) -> Vec<Pid> {
    let everybody = all_processes().expect("/proc is mounted").flatten().map(|process| Pid::from_raw(process.pid()));
    everybody.filter(|&pid| namespace(pid).is_some_and(|namespace| namespace == of)).collect()
}

pub fn run(rounds: u64, day: &mut Day) -> String {
    let mut gone = 0;
    for _ in 0..rounds {
        let pod = Pod::with(piped());
        let [orphans, depth] = [(); 2].map(|()| 1 + day.random.below(MOST));
        let mut quiet =
            [("together", orphans), ("chain", depth)].map(|(how, n)| container(&pod, &[how, &n.to_string()]));
        quiet.iter_mut().for_each(until_ready);
        let _storm = container(&pod, &["endless"]);
        day.random.moment(Duration::from_millis(3));

        let namespace = namespace(pod.pid()).expect("it lives");
        let everybody = members(&namespace);
        assert!(everybody.len() > orphans + depth, "{everybody:?} for {orphans} and {depth}");
        pod.signal(Signal::SIGKILL);
        assert_eq!(pod.wait().status.signal(), Some(libc::SIGKILL));
        until("everybody has ended", || everybody.iter().all(|&pid| has_ended(pid)));
        assert_eq!(members(&namespace), [], "nobody new is there");
        gone += everybody.len();
        day.progress.inc(1);
    }
    format!("{gone} processes, all gone with theirs")
}
