//! Least privilege: `pause` gives up every capability that it is started with, and works without them.

use caps::{CapSet, Capability, CapsHashSet};
use nix::errno::Errno;
use nix::unistd::{Gid, Pid, Uid, setresgid, setresuid};
use std::io;
use std::process::{Command, Stdio};
use testkit::assertions::assert_works;
use testkit::pause_process::{TERMINATED, ordinary, piped};
use testkit::platform::EmulatorLimit;
use testkit::programs::{for_everybody, never_reaps, pause_at};
use testkit::refused_call::{apply, refuse};
use testkit::shim::die_with_parent;
use testkit::streams::fill;
use testkit::usage::{status, until_it_writes};
use testkit::{Pod, reexec};

/// The user of the image.
const NOBODY: u32 = 65535;

/// The capability sets of a process, and `no_new_privs`, as `/proc/PID/status` shows them.
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
    let status = status(pid);
    Privileges {
        permitted: status.capprm,
        effective: status.capeff,
        inheritable: status.capinh,
        ambient: status.capamb.expect("Linux shows it since 4.3"),
        no_new: status.nonewprivs.expect("Linux shows it since 4.10") == 1,
    }
}

/// Starts process 1 of a pod after `last_step`, and returns when it waits for signals.
#[track_caller]
fn start(mut program: Command, last_step: impl Fn() -> io::Result<()> + Send + Sync + 'static) -> Pod {
    program.stderr(Stdio::piped());
    let mut pod = Pod::start_after(program, last_step);
    pod.init().until_it_waits();
    pod
}

fn last_error(_: caps::errors::CapsError) -> io::Error {
    io::Error::last_os_error()
}

#[test]
fn an_ordinary_user_gets_the_same() {
    // Its user namespace gives it all capabilities as well.
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn it_gives_up_all_capabilities_of_root() {
    let one = CapsHashSet::from([Capability::CAP_KILL]);
    let raise = move || {
        caps::set(None, CapSet::Inheritable, &one).map_err(last_error)?;
        caps::raise(None, CapSet::Ambient, Capability::CAP_KILL).map_err(last_error)
    };

    // The control: another program keeps them.
    let before = privileges(start(never_reaps(), raise.clone()).pid());
    let kill = 1 << Capability::CAP_KILL.index();
    assert_eq!((before.inheritable, before.ambient, before.no_new), (kill, kill, false));
    assert!(before.permitted.count_ones() > 9 && before.effective == before.permitted, "{before:x?}");

    let pod = start(piped(), raise);
    assert_eq!(privileges(pod.pid()), NONE);
    assert_works(pod, TERMINATED);
}

#[test]
fn it_has_none_while_it_writes_its_version() {
    let (_reader, writer) = io::pipe().expect("a pipe");
    let mut program = piped();
    program.arg("-v").stdout(fill(writer)); // so the write waits
    let pod = Pod::start_after(program, || Ok(()));
    until_it_writes(pod.pid());
    assert_eq!(privileges(pod.pid()), NONE);
}

#[test]
fn a_user_without_capabilities_cannot_get_any() {
    let is_root = Uid::effective().is_root();
    let become_nobody = move || {
        if is_root {
            setresgid(Gid::from_raw(NOBODY), Gid::from_raw(NOBODY), Gid::from_raw(NOBODY))?;
            setresuid(Uid::from_raw(NOBODY), Uid::from_raw(NOBODY), Uid::from_raw(NOBODY))?;
            die_with_parent(None)?; // again: the kernel clears it when the user ID changes
        }
        for set in [CapSet::Ambient, CapSet::Inheritable, CapSet::Effective, CapSet::Permitted] {
            caps::clear(None, set).map_err(last_error)?;
        }
        Ok(())
    };
    let folder = for_everybody();
    let pod = start(pause_at(&folder.path().join("pause")), become_nobody);
    assert_eq!(privileges(pod.pid()), NONE);
    assert_works(pod, TERMINATED);
}

#[test]
fn an_ordinary_process_gives_up_all_capabilities_too() {
    assert_eq!(privileges(ordinary(piped()).pid()), NONE);
}

#[test]
fn it_works_if_it_cannot_give_up_privileges() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for error in [Errno::EPERM, Errno::ENOSYS, Errno::EINVAL] {
        for (calls, keeps) in
            [(&[libc::SYS_capset][..], true), (&[libc::SYS_prctl], false), (&[libc::SYS_capset, libc::SYS_prctl], true)]
        {
            let filter = refuse(calls, error);
            let pod = start(piped(), move || apply(&filter));
            assert_eq!(privileges(pod.pid()).permitted != 0, keeps, "{calls:?}: {error}");
            assert_works(pod, TERMINATED);
        }
    }
}
