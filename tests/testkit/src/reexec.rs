//! Executes the test program again: all tests as an ordinary user, or one test in a process of its own.

use crate::programs;
use crate::shim::die_with_parent;
use nix::unistd::geteuid;
use std::env::{args, current_exe};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The user ID of `nobody` on Debian. Elsewhere it need not have a name.
const ORDINARY_USER: u32 = 65534;

/// Runs all tests of this program again as an ordinary user, except the calling test, whose name is `caller`.
///
/// # Panics
/// If one of them fails. Their output is shown.
pub fn as_ordinary_user(caller: &str) {
    if !geteuid().is_root() {
        return; // this user is ordinary
    }
    let folder = programs::for_everybody();
    let tests = folder.path().join("tests");
    programs::copy(&current_exe().expect("the test program has a path"), &tests);
    let mut command = Command::new(tests);
    command.args(["--skip", caller]).args(skipped()).env(programs::FOLDER, folder.path()).current_dir(folder.path());
    command.uid(ORDINARY_USER).gid(ORDINARY_USER);
    // `Command` changes the user before it calls this: a change of user clears the parent-death signal.
    // SAFETY: the closure makes system calls only.
    unsafe { command.pre_exec(|| die_with_parent(None)) };
    let status = command.status().expect("the copy can be executed");
    assert!(status.success(), "the tests failed as an ordinary user: {status}");
}

/// Returns the `--skip` options of this test program.
fn skipped() -> Vec<String> {
    let arguments: Vec<String> = args().collect();
    arguments.windows(2).filter(|pair| pair[0] == "--skip").flatten().cloned().collect()
}

/// Returns a command that runs one test of this program. Mark the test `#[ignore]`, so that nothing else runs it.
pub fn for_test(name: &str) -> Command {
    let mut command = Command::new(current_exe().expect("the test program has a path"));
    command.args(["--exact", name, "--ignored", "--nocapture"]);
    command
}
