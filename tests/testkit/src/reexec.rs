//! A test program runs itself again: as an ordinary user, or one of its tests as a process of its own.

use crate::programs;
use crate::shim::die_with_parent;
use nix::unistd::geteuid;
use std::env::{args, current_exe};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Debian's `nobody`; whether it has a name does not matter.
const ORDINARY_USER: u32 = 65534;

/// Runs all tests of this program again as an ordinary user, but for the one whose name is given: the caller.
///
/// # Panics
/// Where one of them fails. What they print is shown.
pub fn as_ordinary_user(caller: &str) {
    if !geteuid().is_root() {
        return; // all of them are run by one as it is
    }
    let folder = programs::for_everybody();
    let tests = folder.path().join("tests");
    programs::copy(&current_exe().expect("it runs"), &tests);
    let mut command = Command::new(tests);
    command.args(["--skip", caller]).args(skipped()).env(programs::FOLDER, folder.path()).current_dir(folder.path());
    command.uid(ORDINARY_USER).gid(ORDINARY_USER);
    // SAFETY: makes system calls only. It is called after the change of the user, with which it would be forgotten.
    unsafe { command.pre_exec(|| die_with_parent(None)) };
    let status = command.status().expect("it can be executed");
    assert!(status.success(), "an ordinary user's tests failed: {status}");
}

/// The options by which this test program was told to skip tests.
fn skipped() -> Vec<String> {
    let arguments: Vec<String> = args().collect();
    arguments.windows(2).filter(|pair| pair[0] == "--skip").flatten().cloned().collect()
}

/// This test program once more, for the one test of that name, which is marked `#[ignore]` so that nobody else runs it.
pub fn for_test(name: &str) -> Command {
    let mut command = Command::new(current_exe().expect("it runs"));
    command.args(["--exact", name, "--ignored", "--nocapture"]);
    command
}
