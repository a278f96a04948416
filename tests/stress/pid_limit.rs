//! The pod reaches its limit of processes; when the orphans end, all process IDs can be used again.

use crate::scenario::{Run, log_missing, short};
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::geteuid;
use testkit::assertions::assert_works;
use testkit::cgroup::{Cgroup, enter};
use testkit::container::{self, finish, until_alone, until_ready};
use testkit::pause_process::{TERMINATED, piped};
use testkit::process_table::{rows, zombies};
use testkit::programs::never_reaps;
use testkit::{Pod, PodProcess, until};

/// The most processes that the containers of the pod may have together.
const LIMIT: u32 = 64;

#[test]
fn after_the_pid_limit_was_reached_all_ids_can_be_used_again() {
    short(run, 20);
}

/// Starts an orphan maker under the limit.
#[track_caller]
fn limited(pod: &Pod, group: Option<&Cgroup>, how: &[&str]) -> PodProcess {
    let mut enter = enter(group);
    let has_group = group.is_some();
    pod.join_after(container::piped(how), move || {
        if !has_group {
            // The kernel counts a user's processes in each user namespace, so only those of the pod count here.
            setrlimit(Resource::RLIMIT_NPROC, LIMIT.into(), LIMIT.into())?;
        }
        enter()
    })
}

/// Makes orphans until the limit is reached, and ends them. Returns their number.
#[track_caller]
fn exhaust(pod: &Pod, group: Option<&Cgroup>) -> usize {
    let mut filler = limited(pod, group, &["fill"]);
    until_ready(&mut filler);
    assert_eq!(finish(limited(pod, group, &["one-by-one", "1"])), "failed forks: 1\n", "the limit is reached");
    let count = rows(pod).len() - 1;
    finish(filler);
    count
}

pub fn run(rounds: u64, run: &mut Run) -> String {
    let group = Cgroup::new().and_then(|group| group.limit_pids(LIMIT).map(|()| group));
    let means = match &group {
        Ok(_) => "a control group",
        Err(_) if !geteuid().is_root() => "RLIMIT_NPROC",
        Err(reason) => return log_missing("a limit of processes that holds for root", reason),
    };
    let group = group.as_ref().ok();

    let pod = Pod::with(piped());
    let mut total = 0;
    for _ in 0..rounds {
        total += exhaust(&pod, group);
        until_alone(&pod);
        assert_eq!(finish(limited(&pod, group, &["one-by-one", "20"])), "failed forks: 0\n", "IDs can be used again");
        run.progress.inc(1);
    }
    assert!(total as u64 > rounds * u64::from(LIMIT) / 2, "only {total} orphans in {rounds} rounds");
    assert_works(pod, TERMINATED);

    let control = Pod::with(never_reaps());
    exhaust(&control, group);
    until("zombies keep the process IDs", || zombies(&control).len() > LIMIT as usize / 2);
    assert_ne!(finish(limited(&control, group, &["one-by-one", "20"])), "failed forks: 0\n");
    format!("{total} process IDs were used up and came back; by {means}")
}
