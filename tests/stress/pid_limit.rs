//! The pod's process IDs run out; when the orphans that hold them end, all of them can be used again.

use crate::common::{Day, assert_survived, piped, short, tell_missing};
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::geteuid;
use std::fs;
use testkit::cgroup::Cgroup;
use testkit::container::{self, end, until_alone, until_ready};
use testkit::process_table::zombies;
use testkit::programs::never_reaps;
use testkit::{Pod, PodProcess, until};

/// How many processes the containers of the pod may have.
const LIMIT: u32 = 64;

#[test]
fn process_ids_run_out() {
    short(run, 20);
}

/// A container that may not have more processes than that, together with the others.
#[track_caller]
fn limited(pod: &Pod, group: Option<&Cgroup>, how: &[&str]) -> PodProcess {
    let entrances = group.map(Cgroup::entrances);
    pod.join_after(container::piped(how), move || match &entrances {
        Some(entrances) => entrances.iter().try_for_each(|entrance| fs::write(entrance, "0")),
        // Counted for each user, in each user namespace: that of the pod.
        None => Ok(setrlimit(Resource::RLIMIT_NPROC, LIMIT.into(), LIMIT.into())?),
    })
}

/// Orphans take all the process IDs that there are, and end.
#[track_caller]
fn exhaust(pod: &Pod, group: Option<&Cgroup>) -> usize {
    let mut filler = limited(pod, group, &["fill"]);
    until_ready(&mut filler);
    assert_eq!(end(limited(pod, group, &["one-by-one", "1"])), "failed forks: 1\n", "all of them are taken");
    let taken = testkit::process_table::rows(pod).len() - 1;
    end(filler);
    taken
}

pub fn run(rounds: u64, day: &mut Day) -> String {
    let group = Cgroup::new().and_then(|group| group.limit_pids(LIMIT).map(|()| group));
    let means = match &group {
        Ok(_) => "a control group",
        Err(_) if !geteuid().is_root() => "RLIMIT_NPROC",
        Err(reason) => return tell_missing("a limit of processes, which the superuser has none of", reason),
    };
    let group = group.as_ref().ok();

    let pod = Pod::with(piped());
    let mut taken = 0;
    for _ in 0..rounds {
        taken += exhaust(&pod, group);
        until_alone(&pod);
        assert_eq!(end(limited(&pod, group, &["one-by-one", "20"])), "failed forks: 0\n", "they can be used again");
        day.progress.inc(1);
    }
    assert!(taken as u64 > rounds * u64::from(LIMIT) / 2, "{taken} were taken in {rounds} rounds");
    assert_survived(pod);

    let control = Pod::with(never_reaps());
    exhaust(&control, group);
    until("its zombies hold the IDs", || zombies(&control).len() > LIMIT as usize / 2);
    assert_ne!(end(limited(&control, group, &["one-by-one", "20"])), "failed forks: 0\n");
    format!("{taken} were taken and came back; by {means}")
}
