//! The programs under test and the test programs: built in the release profile, once for each run.

use crate::platform;
use escargot::CargoBuild;
use escargot::format::Message;
use std::env;
use std::fmt::Display;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// The variable that names a folder with all programs. If it is set, nothing is built.
pub const FOLDER: &str = "PAUSE_PROGRAMS";

/// The variable that names another process 1 of a pod, which is tested in place of `pause`: its path, and its arguments with
/// spaces in between. After `--` comes a program that it starts, and that lives as long as the pod.
pub const OTHER: &str = "PAUSE_PROGRAM";

/// The names of the programs, each with its package.
const PROGRAMS: [(&str, &str); 7] = [
    ("pause", "pause"),
    ("init", "pause"),
    ("orphan-maker", "testkit"),
    ("print-inherited", "testkit"),
    ("attacker", "testkit"),
    ("never-reaps", "testkit"),
    ("probe-child", "testkit"),
];

/// Returns the release binary of `pause`, for the platform under test, or the program that [`OTHER`] names.
pub fn pause() -> Command {
    let mut command = pause_at(path("pause"));
    command.args(other().iter().skip(1));
    command
}

/// Returns whether another program is tested in place of `pause`. It may wait for signals by another system call, and write
/// other messages.
pub fn is_other() -> bool {
    !other().is_empty()
}

/// Returns how many processes are in a pod without containers: process 1, and the program that it has started if another
/// program than `pause` is tested.
pub fn processes_at_rest() -> usize {
    if other().iter().any(|word| word == "--") { 2 } else { 1 }
}

/// Returns the words of [`OTHER`], or none.
fn other() -> &'static [String] {
    static WORDS: LazyLock<Vec<String>> =
        LazyLock::new(|| env::var(OTHER).unwrap_or_default().split_whitespace().map(str::to_owned).collect());
    &WORDS
}

/// Returns the release binary of `init`, for the platform under test.
pub fn init() -> Command {
    pause_at(path("init"))
}

/// Returns a command that runs a copy of `pause` or `init`.
pub fn pause_at(path: &Path) -> Command {
    let Some(emulator) = platform::emulator() else { return Command::new(path) };
    let mut command = Command::new(emulator);
    command.arg(path);
    command
}

/// Returns the orphan maker, which abandons children. Without arguments, it lists the ways. Its output is discarded
/// unless the caller sets a pipe.
pub fn orphan_maker(how: &[&str]) -> Command {
    let mut command = Command::new(path("orphan-maker"));
    command.args(how).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Returns the attacker, which sends process 1 forged signals. Without arguments, it lists the ways. If a signal cannot
/// be sent, it prints the reason; its output is discarded unless the caller sets a pipe.
pub fn attacker(how: &[&str]) -> Command {
    let mut command = Command::new(path("attacker"));
    command.args(how).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Returns the control: a process 1 that exits like `pause`, but never reaps.
pub fn never_reaps() -> Command {
    Command::new(path("never-reaps"))
}

/// Copies all programs to a folder that every user may read. The project's folder may be private.
pub fn for_everybody() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("we own it");
    for (name, _) in PROGRAMS {
        copy(path(name), &folder.path().join(name));
    }
    folder
}

/// Copies a program, in another process. Otherwise a test that forks meanwhile would inherit the file open for writing,
/// and executing the copy would fail with ETXTBSY.
pub(crate) fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").args([from, to]).status();
    assert!(copied.is_ok_and(|status| status.success()), "cannot copy {} to {}", from.display(), to.display());
}

/// Writes an executable file, in another process for the same reason as [`copy`].
pub fn write(path: &Path, content: &str, mode: u32) {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"printf %s "$2" > "$1""#, "sh"]).arg(path).arg(content);
    assert!(shell.status().is_ok_and(|status| status.success()), "cannot write {}", path.display());
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("we own it");
}

/// Returns the path of a program, by its name.
pub fn path(name: &str) -> &'static Path {
    static PATHS: LazyLock<[PathBuf; PROGRAMS.len()]> = LazyLock::new(|| match env::var_os(FOLDER) {
        Some(folder) => PROGRAMS.map(|(program, _)| Path::new(&folder).join(program)),
        None => PROGRAMS.map(|(program, package)| match platform::selected() {
            Some(platform) if package == "pause" => platform.binary(program),
            _ => build(package, program),
        }),
    });
    let at = PROGRAMS.iter().position(|(program, _)| *program == name).expect("one of the programs");
    other().first().filter(|_| name == "pause").map_or(&PATHS[at], Path::new)
}

/// Builds a release binary of this workspace. Each package is built by a call of its own, as a user would: built
/// together, the packages could unify features of a dependency.
fn build(package: &str, program: &str) -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let messages = CargoBuild::new().manifest_path(manifest).package(package).bin(program).release().exec();
    let fail = |error| -> ! { panic!("cannot build {program}: {error}") };
    for message in messages.unwrap_or_else(|error| fail(error)) {
        let message = message.unwrap_or_else(|error| fail(error));
        if let Ok(Message::CompilerArtifact(artifact)) = message.decode()
            && let Some(executable) = artifact.executable
        {
            return executable.into_owned();
        }
    }
    panic!("cargo built no program called {program}")
}

/// Writes the usage of a test program. Returns its exit code.
pub fn wrong_usage(usage: &str) -> ExitCode {
    eprintln!("{usage}");
    ExitCode::FAILURE
}

/// Returns the exit code of the test program `name`, and writes its error if it has failed.
pub fn exit_code(name: &str, result: Result<(), impl Display>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::FAILURE
        }
    }
}
