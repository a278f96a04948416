//! Refuses calls of the 32-bit x86 binaries. There, a call that takes a time has two numbers, for 32-bit and for 64-bit
//! times, and a security profile may allow only one of them.

use crate::init::{FORWARDING, REAPED};
use crate::run::{Observed, run};
use crate::scenario::{
    CHILD_TERMINATED, Outcome, Place, Program, Scenario, Setting, Starts, TERMINATED, Timing, WARNING, exits, works,
};
use crate::start::Refusal;
use nix::errno::Errno;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use testkit::platform::EmulatorLimit;
use testkit::refused_call::refuse_i386;

/// `rt_sigtimedwait`, `ppoll` and `clock_gettime` with 32-bit times (`arch/x86/entry/syscalls/syscall_32.tbl`).
const TIME32: [u32; 3] = [177, 309, 265];
/// The same with 64-bit times.
const TIME64: [u32; 3] = [421, 414, 403];

/// Returns the folder of the binaries. If they cannot be tested here, logs the reason and returns `None`.
fn binaries() -> Option<PathBuf> {
    if EmulatorLimit::OwnProcess.applies() {
        return None; // `init` would start a program for another platform
    }
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = project.join("dist/binaries/linux/386");
    let built = ["pause", "init"].map(|name| fs::metadata(folder.join(name)).and_then(|file| file.modified()));
    let reason = match built {
        [Ok(pause), Ok(init)] if pause.min(init) > newest(&project.join("src")) => {
            match Command::new(folder.join("pause")).arg("-v").output() {
                Ok(_) => return Some(folder),
                Err(error) => format!("this kernel does not execute 32-bit x86 programs: {error}"),
            }
        }
        [Ok(_), Ok(_)] => "the source is newer than dist/binaries/linux/386".into(),
        _ => "dist/binaries/linux/386 cannot be read: build/binaries.sh linux/386 builds it".into(),
    };
    _ = writeln!(io::stderr(), "32-bit x86 is not tested: {reason}");
    None
}

/// Returns the modification time of the newest file below a folder.
fn newest(folder: &Path) -> SystemTime {
    let entries = fs::read_dir(folder).expect("the source").flatten();
    let times = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => newest(&entry.path()),
        _ => entry.metadata().and_then(|file| file.modified()).unwrap_or(SystemTime::now()),
    });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

/// A scenario of each program in which it waits, with and without a timeout, and writes messages.
fn scenarios(folder: &Path) -> [Scenario; 2] {
    let pause = Scenario {
        name: "32-bit x86",
        program: Program::Other(Box::leak(folder.join("pause").into_boxed_path())),
        place: Place::Process1,
        options: &[],
        starts: Starts::Nothing,
        setting: Setting::Plain,
        normal: works(&[TERMINATED]),
    };
    let init = Scenario {
        program: Program::Other(Box::leak(folder.join("init").into_boxed_path())),
        options: &["-vv", "-t", "600"],
        starts: Starts::Pause,
        setting: Setting::Child,
        normal: works(&[FORWARDING, WARNING, TERMINATED, CHILD_TERMINATED, REAPED, REAPED, REAPED]),
        ..pause
    };
    [pause, init]
}

/// Asserts the outcome of a scenario without these calls.
#[track_caller]
fn assert_outcome(scenario: &Scenario, calls: &[u32], expected: &Outcome) {
    for error in [Errno::EPERM, Errno::ENOSYS] {
        let refusal = Refusal { filter: refuse_i386(calls, error), executes_at: false };
        let observed = run(scenario, Some(refusal), None, Timing::normal());
        let program = scenario.program;
        assert_eq!(observed, Observed::of(expected, Some(error)), "{program:?} without {calls:?}: {error}");
    }
}

#[test]
fn a_32_bit_program_needs_only_one_of_the_two_numbers_of_a_call() {
    let Some(folder) = binaries() else { return };
    for scenario in scenarios(&folder) {
        for calls in [&[][..], &TIME32, &TIME64] {
            assert_outcome(&scenario, calls, &scenario.normal);
        }
    }
}

#[test]
fn a_32_bit_program_without_both_numbers_logs_an_error_and_exits() {
    let Some(folder) = binaries() else { return };
    let both = [TIME32, TIME64].concat();
    let [pause, init] = scenarios(&folder);
    let init = Scenario { options: &[], starts: Starts::Sleep, setting: Setting::Plain, ..init };
    assert_outcome(&pause, &both, &exits(42, &["Error: rt_sigtimedwait refused"]));
    assert_outcome(&init, &both, &exits(1, &["init: cannot wait: errno {error}"]));
}
