//! Least privilege: whatever it was started with, it keeps nothing of it, and works the same.

use caps::{CapSet, Capability, CapsHashSet};
use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::{Gid, Pid, Uid, setresgid, setresuid};
use procfs::process::Process;
use std::io;
use std::process::{Command, Stdio};
use testkit::platform::EmulatorLimit;
use testkit::process_table::{rows, zombies};
use testkit::programs::{for_everybody, never_reaps, orphan_maker, pause, pause_at};
use testkit::refused_call::{apply, refuse};
use testkit::shim::die_with_parent;
use testkit::{Pod, PodProcess, reexec, until};

const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// The user of the image.
const NOBODY: u32 = 65535;

/// What the kernel says of a process: its capabilities, and whether it can get none by executing something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Privileges {
    permitted: u64,
    effective: u64,
    inheritable: u64,
    ambient: u64,
    no_new: bool,
}

const NONE: Privileges = Privileges { permitted: 0, effective: 0, inheritable: 0, ambient: 0, no_new: true };

fn privileges(pid: Pid) -> Privileges {
    let status = Process::new(pid.as_raw()).and_then(|process| process.status()).expect("it lives");
    Privileges {
        permitted: status.capprm,
        effective: status.capeff,
        inheritable: status.capinh,
        ambient: status.capamb.expect("Linux has them since 4.3"),
        no_new: status.nonewprivs.expect("Linux tells since 4.10") == 1,
    }
}

/// Process 1 of a pod, when it waits for signals; `last_step` is what it was started after.
#[track_caller]
fn start(mut program: Command, last_step: impl Fn() -> io::Result<()> + Send + Sync + 'static) -> Pod {
    program.stderr(Stdio::piped());
    let mut pod = Pod::start_after(program, last_step);
    pod.init().until_it_waits();
    pod
}

/// It reaps, and leaves with status 0 when it is told to.
#[track_caller]
fn assert_works(pod: Pod) {
    assert!(pod.join(orphan_maker(&["one-by-one", "20"])).wait().status.success());
    until("it is alone", || rows(&pod).len() == 1 && zombies(&pod).is_empty());
    pod.signal(Signal::SIGTERM);
    let output = pod.wait();
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(0), TERMINATED));
}

fn refused(_: caps::errors::CapsError) -> io::Error {
    io::Error::last_os_error()
}

#[test]
fn an_ordinary_user_gets_the_same() {
    // In a user namespace, where it has all capabilities as well.
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn it_gives_up_all_that_root_has() {
    let one = CapsHashSet::from([Capability::CAP_KILL]);
    let raise = move || {
        caps::set(None, CapSet::Inheritable, &one).map_err(refused)?;
        caps::raise(None, CapSet::Ambient, Capability::CAP_KILL).map_err(refused)
    };

    // The control: another program has them then.
    let before = privileges(start(never_reaps(), raise.clone()).pid());
    let kill = 1 << Capability::CAP_KILL.index();
    assert_eq!((before.inheritable, before.ambient, before.no_new), (kill, kill, false));
    assert!(before.permitted.count_ones() > 9 && before.effective == before.permitted, "{before:x?}");

    let pod = start(pause(), raise);
    assert_eq!(privileges(pod.pid()), NONE);
    assert_works(pod);
}

#[test]
fn a_user_without_any_cannot_get_any() {
    let is_root = Uid::effective().is_root();
    let become_nobody = move || {
        if is_root {
            setresgid(Gid::from_raw(NOBODY), Gid::from_raw(NOBODY), Gid::from_raw(NOBODY))?;
            setresuid(Uid::from_raw(NOBODY), Uid::from_raw(NOBODY), Uid::from_raw(NOBODY))?;
            die_with_parent(None)?; // forgotten with the old user
        }
        for set in [CapSet::Ambient, CapSet::Inheritable, CapSet::Effective, CapSet::Permitted] {
            caps::clear(None, set).map_err(refused)?;
        }
        Ok(())
    };
    let folder = for_everybody();
    let pod = start(pause_at(&folder.path().join("pause")), become_nobody);
    assert_eq!(privileges(pod.pid()), NONE);
    assert_works(pod);
}

#[test]
fn another_process_gives_them_up_too() {
    let mut program = pause();
    program.stderr(Stdio::null());
    let mut ordinary = PodProcess::outside(program);
    ordinary.until_it_waits();
    assert_eq!(privileges(ordinary.pid()), NONE);
}

#[test]
fn what_the_kernel_does_not_let_it_give_up_it_keeps_and_works_the_same() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for error in [Errno::EPERM, Errno::ENOSYS, Errno::EINVAL] {
        for (calls, keeps) in
            [(&[libc::SYS_capset][..], true), (&[libc::SYS_prctl], false), (&[libc::SYS_capset, libc::SYS_prctl], true)]
        {
            let filter = refuse(calls, error);
            let pod = start(pause(), move || apply(&filter));
            assert_eq!(privileges(pod.pid()).permitted != 0, keeps, "{calls:?}: {error}");
            assert_works(pod);
        }
    }
}
