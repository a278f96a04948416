//! The 32-bit x86 binaries, run by this machine's own kernel: a call that takes a time has two numbers there, for 32-bit
//! and for 64-bit times, and a profile may know only one of them.

use crate::init::{FORWARDING, REAPED};
use crate::run::{Refusal, Seen, run};
use crate::scene::{ASKED, Outcome, Patience, Place, Program, Scene, Setting, Starts, TERMINATED, WARNING};
use nix::errno::Errno;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use testkit::platform::EmulatorLimit;
use testkit::refused_call::refuse_i386;

/// `rt_sigtimedwait`, `ppoll` and `clock_gettime` with 32-bit times (`arch/x86/entry/syscalls/syscall_32.tbl`) …
const TIME32: [u32; 3] = [177, 309, 265];
/// … and with 64-bit times.
const TIME64: [u32; 3] = [421, 414, 403];

const ERRORS: [Errno; 2] = [Errno::EPERM, Errno::ENOSYS];

/// Where the binaries are. `None`, and a sentence, if this cannot be tested here.
fn binaries() -> Option<PathBuf> {
    if EmulatorLimit::OwnProcess.applies() {
        return None; // the other programs of a scene would be those of another platform
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
    _ = writeln!(io::stderr(), "32-bit calls are not tested: {reason}");
    None
}

/// When the newest file below a folder was changed.
fn newest(folder: &Path) -> SystemTime {
    let entries = fs::read_dir(folder).expect("the source is there").flatten();
    let times = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => newest(&entry.path()),
        _ => entry.metadata().and_then(|file| file.modified()).unwrap_or(SystemTime::now()),
    });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

fn scene(
    path: &'static Path,
    options: &'static [&'static str],
    starts: Starts,
    setting: Setting,
    normal: Outcome,
) -> Scene {
    let program = Program::Other(path);
    Scene { name: "32-bit x86", program, place: Place::First, options, starts, setting, normal }
}

/// A scene of each program in which it waits, with and without a time, and writes messages.
fn scenes(folder: &Path) -> [Scene; 2] {
    let path = |name| &*Box::leak(folder.join(name).into_boxed_path());
    let pause = scene(path("pause"), &[], Starts::Nothing, Setting::Plain, Outcome::works(&[TERMINATED]));
    let lines = &[FORWARDING, WARNING, TERMINATED, ASKED, REAPED, REAPED, REAPED];
    let init = scene(path("init"), &["-vv", "-t", "600"], Starts::Pause, Setting::Child, Outcome::works(lines));
    [pause, init]
}

/// What is wrong with a scene whose program is refused these calls, if anything is.
fn mistake(scene: &Scene, calls: &[u32], error: Errno, expected: &Outcome) -> Option<String> {
    let refusal = Refusal { filter: refuse_i386(calls, error), executes_at: false };
    let (seen, expected) = (run(scene, Some(refusal), None, Patience::USUAL), Seen::of(expected, Some(error)));
    let what =
        format!("{:?} without {calls:?}: {error}\n  expected {expected:?}\n  seen     {seen:?}\n", scene.program);
    (seen != expected).then_some(what)
}

#[test]
fn a_32_bit_program_needs_one_of_the_two_numbers_of_a_call_only() {
    let Some(folder) = binaries() else { return };
    for scene in scenes(&folder) {
        let mistakes = [&[][..], &TIME32, &TIME64].map(|calls| {
            let mistakes = ERRORS.map(|error| mistake(&scene, calls, error, &scene.normal));
            mistakes.into_iter().flatten().collect::<String>()
        });
        assert_eq!(mistakes.concat(), "");
    }
}

#[test]
fn a_32_bit_program_without_either_number_says_so_and_exits() {
    let Some(folder) = binaries() else { return };
    let both = [TIME32, TIME64].concat();
    let [pause, init] = scenes(&folder);
    let init = Scene { options: &[], starts: Starts::Sleep, setting: Setting::Plain, ..init };
    for error in ERRORS {
        let waits = Outcome::exits(42, &["Error: cannot wait for signals"]);
        assert_eq!(mistake(&pause, &both, error, &waits), None);
        let waits = Outcome::exits(1, &["init: cannot wait: error {error}"]);
        assert_eq!(mistake(&init, &both, error, &waits), None);
    }
}
