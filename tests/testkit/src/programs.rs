//! The programs under test, and those that misbehave for it: built in the release profile, once for each run.

use crate::platform;
use escargot::CargoBuild;
use escargot::format::Message;
use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// The variable that names a folder with all of the programs, already built: then those are run, and nothing is built.
pub const FOLDER: &str = "PAUSE_PROGRAMS";

/// The names of the programs, each with the package that it is built from.
const PROGRAMS: [(&str, &str); 7] = [
    ("pause", "pause"),
    ("init", "pause"),
    ("orphan-maker", "testkit"),
    ("print-inherited", "testkit"),
    ("attacker", "testkit"),
    ("never-reaps", "testkit"),
    ("probe-child", "testkit"),
];

/// The release binary of `pause`, for the platform under test.
pub fn pause() -> Command {
    pause_at(path("pause"))
}

/// The release binary of `init`, likewise.
pub fn init() -> Command {
    pause_at(path("init"))
}

/// A copy of one of them.
pub fn pause_at(path: &Path) -> Command {
    let Some(emulator) = platform::emulator() else { return Command::new(path) };
    let mut command = Command::new(emulator);
    command.arg(path);
    command
}

/// A careless container, which abandons children or misbehaves towards process 1; without arguments it lists how. What
/// it says is not heard unless it is given a pipe.
pub fn orphan_maker(how: &[&str]) -> Command {
    let mut command = Command::new(path("orphan-maker"));
    command.args(how).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// A hostile container, which sends process 1 signals in every way there is; without arguments it lists them. It says why
/// one was not sent, if it is given a pipe.
pub fn attacker(how: &[&str]) -> Command {
    let mut command = Command::new(path("attacker"));
    command.args(how).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// The control: a process 1 that leaves as `pause` does, but never reaps.
pub fn never_reaps() -> Command {
    Command::new(path("never-reaps"))
}

/// Copies of all of them in a folder that everybody can enter, unlike that of the project perhaps.
pub fn for_everybody() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("it is ours");
    for (name, _) in PROGRAMS {
        copy(path(name), &folder.path().join(name));
    }
    folder
}

/// Copies a program. In another process: here, a test that forks at the same time would inherit the file open for
/// writing, and for as long as it is nobody can execute it.
pub(crate) fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").args([from, to]).status();
    assert!(copied.is_ok_and(|status| status.success()), "cannot copy {} to {}", from.display(), to.display());
}

/// Writes a file that is to be executed, in another process for the same reason.
pub fn write(path: &Path, content: &str, mode: u32) {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"printf %s "$2" > "$1""#, "sh"]).arg(path).arg(content);
    assert!(shell.status().is_ok_and(|status| status.success()), "cannot write {}", path.display());
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

/// Where the program of this name is.
pub fn path(name: &str) -> &'static Path {
    static PATHS: LazyLock<[PathBuf; PROGRAMS.len()]> = LazyLock::new(|| match env::var_os(FOLDER) {
        Some(folder) => PROGRAMS.map(|(program, _)| Path::new(&folder).join(program)),
        None => PROGRAMS.map(|(program, package)| match platform::chosen() {
            Some(platform) if package == "pause" => platform.binary(program),
            _ => build(package, program),
        }),
    });
    let at = PROGRAMS.iter().position(|(program, _)| *program == name).expect("a program of this crate");
    &PATHS[at]
}

/// Builds the release binary of a package of this workspace. In a call of its own for each package, as a user would:
/// together, they could agree on other features of a dependency.
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
    panic!("cargo built no program of the name {program}")
}
