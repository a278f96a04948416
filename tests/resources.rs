//! `pause` needs no other process, hardly any memory and no file that it can write to.

use nix::mount::{MsFlags, mount};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use procfs::process::Process;
use std::fs;
use std::io::{self, Write};
use std::process::{Command, Output, Stdio};
use testkit::cgroup::Cgroup;
use testkit::platform::EmulatorLimit;
use testkit::process_table::{rows, zombies};
use testkit::programs::{orphan_maker, pause};
use testkit::{Pod, reexec, until};

const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// `pause`, its messages in a pipe.
fn piped() -> Command {
    let mut program = pause();
    program.stderr(Stdio::piped());
    program
}

#[track_caller]
fn assert_left(output: &Output, status: i32, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*stderr), (Some(status), said), "{}", output.status);
}

/// It reaps, and leaves with status 0 when it is told to.
#[track_caller]
fn assert_works(mut pod: Pod, said: &str) {
    pod.init().until_it_waits();
    assert!(pod.join(orphan_maker(&["one-by-one", "20"])).wait().status.success());
    until("it is alone", || rows(&pod).len() == 1 && zombies(&pod).is_empty());
    pod.signal(Signal::SIGTERM);
    assert_left(&pod.wait(), 0, said);
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn a_read_only_root_does_not_matter() {
    let mut pod = Pod::start_after(piped(), || {
        let nothing = None::<&str>;
        let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
        Ok(mount(nothing, "/", nothing, flags, nothing)?)
    });
    pod.init().until_it_waits();
    let mounts = Process::new(pod.pid().as_raw()).and_then(|process| process.mountinfo()).expect("it lives");
    let root = mounts.iter().rfind(|mount| mount.mount_point.as_os_str() == "/").expect("there is a root");
    assert!(root.mount_options.contains_key("ro"), "{root:?}");
    assert_works(pod, TERMINATED);
}

/// A group of the test's own, or the reason why there is none.
fn group() -> Option<Cgroup> {
    Cgroup::new()
        .inspect_err(|reason| _ = writeln!(io::stderr(), "no control group here, so resource limits alone: {reason}"))
        .ok()
}

/// Process 1 of a pod, in `group` before it is executed, and after `last_step`.
#[track_caller]
fn start_in(group: Option<&Cgroup>, last_step: impl Fn() -> nix::Result<()> + Send + Sync + 'static) -> Pod {
    let entrances = group.map(Cgroup::entrances).unwrap_or_default();
    let mut program = piped();
    program.env_clear(); // it takes room on the stack, and may be of any size
    Pod::start_after(program, move || {
        entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"))?;
        Ok(last_step()?)
    })
}

#[test]
fn one_process_is_all_it_needs() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let group = group();
    if let Some(group) = &group {
        group.limit_pids(1).expect("the group has the controller");
    }
    let mut pod = start_in(group.as_ref(), || setrlimit(Resource::RLIMIT_NPROC, 1, 1));
    pod.init().until_it_waits();
    if let Some(group) = &group {
        // The control: a program that needs another process does not get it.
        let entrances = group.entrances();
        let mut orphans = orphan_maker(&["one-by-one", "1"]);
        orphans.stdout(Stdio::piped());
        let enter = move || entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"));
        assert_eq!(pod.join_after(orphans, enter).wait().stdout, b"failed forks: 1\n");
    }
    pod.signal(Signal::SIGTERM);
    assert_left(&pod.wait(), 0, TERMINATED);
}

#[test]
fn next_to_no_memory_is_all_it_needs() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let group = group();
    if let Some(group) = &group {
        group.limit_memory(256 << 10).expect("the group has the controller");
    }
    let mut pod = start_in(group.as_ref(), || {
        setrlimit(Resource::RLIMIT_DATA, 0, 0)?;
        setrlimit(Resource::RLIMIT_STACK, 16 << 10, 16 << 10)?;
        setrlimit(Resource::RLIMIT_AS, 512 << 10, 512 << 10)
    });
    pod.init().until_it_waits();
    assert_works(pod, TERMINATED);
}
