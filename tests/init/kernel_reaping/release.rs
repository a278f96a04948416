//! `init` lets the kernel reap since Linux 6.15, by the release that the kernel tells.

use super::{ORPHANS, make_orphans, start_after, stop};
use std::io;
use std::os::unix::fs::FileExt;
use testkit::platform::kernel_remembers_status;
use testkit::process_table::zombies;
use testkit::refused_call::{Call, matching};
use testkit::reported_calls::{Listener, report};

/// Where `struct utsname` has the release: after two fields of 65 bytes.
const RELEASE_AT: u64 = 130;

/// Answers each `uname` with this release.
fn serve(listener: &Listener, release: &str) -> io::Result<()> {
    while let Some(call) = listener.next()? {
        call.memory()?.write_all_at(format!("{release}\0").as_bytes(), call.arguments[0] + RELEASE_AT)?;
        listener.answer(&call, Ok(0));
    }
    Ok(())
}

#[test]
fn the_kernel_reaps_since_linux_6_15() {
    if !kernel_remembers_status() {
        return;
    }
    for (release, zombies_left) in [("5.19.17", ORPHANS), ("6.14.11-generic", ORPHANS), ("6.15.0-rc1", 0), ("7.0.0", 0)]
    {
        let filter = |_| matching(&[Call::every(libc::SYS_uname)], libc::SECCOMP_RET_USER_NOTIF);
        let (install, thread) = report(filter, move |listener| serve(&listener, release)).expect("a pair of sockets");
        let pod = start_after(&[], move || install.install());
        stop(&pod);
        make_orphans(&pod, ORPHANS);
        assert_eq!(zombies(&pod).len(), zombies_left, "{release}");
        drop(pod);
        thread.join().expect("the thread returns its errors").expect("the kernel reports calls");
    }
}
