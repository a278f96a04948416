//! `pause` needs no other process, hardly any memory, and no file system that it can write to.

use nix::mount::{MsFlags, mount};
use nix::sys::resource::{Resource, rlim_t, setrlimit};
use nix::sys::signal::Signal;
use procfs::page_size;
use procfs::process::Process;
use testkit::assertions::{assert_exited, assert_works};
use testkit::cgroup::{Cgroup, enter, if_permitted};
use testkit::container::{self, finish};
use testkit::pause_process::{TERMINATED, piped};
use testkit::platform::EmulatorLimit;
use testkit::{Pod, reexec};

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn it_works_with_a_read_only_root() {
    let mut pod = Pod::start_after(piped(), || {
        let nothing = None::<&str>;
        let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
        Ok(mount(nothing, "/", nothing, flags, nothing)?)
    });
    pod.init().until_it_waits();
    let mounts = Process::new(pod.pid().as_raw()).and_then(|process| process.mountinfo()).expect("process 1 is alive");
    let root = mounts.iter().rfind(|mount| mount.mount_point.as_os_str() == "/").expect("a root");
    assert!(root.mount_options.contains_key("ro"), "{root:?}");
    assert_works(pod, TERMINATED);
}

/// Starts process 1 of a pod in `group`, after `last_step`.
#[track_caller]
fn start_in(group: Option<&Cgroup>, last_step: impl Fn() -> nix::Result<()> + Send + Sync + 'static) -> Pod {
    let mut enter = enter(group);
    let mut program = piped();
    program.env_clear(); // the kernel puts it on the stack, which a test limits
    let mut pod = Pod::start_after(program, move || {
        enter()?;
        Ok(last_step()?)
    });
    pod.init().until_it_waits();
    pod
}

#[test]
fn one_process_is_all_it_needs() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let group = if_permitted();
    if let Some(group) = &group {
        group.limit_pids(1).expect("the group has the controller");
    }
    let pod = start_in(group.as_ref(), || setrlimit(Resource::RLIMIT_NPROC, 1, 1));
    if let Some(group) = &group {
        // The control: the fork of another program fails.
        let orphans = pod.join_after(container::piped(&["one-by-one", "1"]), enter(Some(group)));
        assert_eq!(finish(orphans), "failed forks: 1\n");
    }
    pod.signal(Signal::SIGTERM);
    assert_exited(&pod.wait(), 0, TERMINATED);
}

#[test]
fn next_to_no_memory_is_all_it_needs() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let group = if_permitted();
    if let Some(group) = &group {
        group.limit_memory(64 * page_size()).expect("the group has the controller");
    }
    let page = page_size() as rlim_t; // it has 32 bits on some platforms
    let pod = start_in(group.as_ref(), move || {
        setrlimit(Resource::RLIMIT_DATA, 0, 0)?;
        setrlimit(Resource::RLIMIT_STACK, 4 * page, 4 * page)?;
        setrlimit(Resource::RLIMIT_AS, 128 * page, 128 * page)
    });
    assert_works(pod, TERMINATED);
}
