//! Finds the wrapped runtime, and executes it in place of this process: nothing stays in memory.

use crate::configuration::Configuration;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folders in which a runtime is looked up. Never those of PATH, which the caller chooses.
const FOLDERS: [&str; 6] = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The runtimes that this program can wrap by its own name, such as `oci-init-crun`.
const RUNTIMES: [&str; 3] = ["runc", "crun", "youki"];

/// What comes before them.
const PREFIX: &str = "oci-init-";

/// Returns the path of the runtime that is wrapped under this name.
///
/// # Errors
/// One line, if there is none, or if it is this program.
pub fn find(called: &OsStr, configuration: &Configuration) -> Result<PathBuf, String> {
    let name = Path::new(called).file_name().and_then(OsStr::to_str).unwrap_or_default();
    let runtime = match (name.strip_prefix(PREFIX), &configuration.runtime) {
        (Some(runtime), _) if RUNTIMES.contains(&runtime) => look_up(runtime)?,
        (Some(_), _) => {
            let known = RUNTIMES.map(|runtime| format!("{PREFIX}{runtime}")).join(", ");
            return Err(format!("it was called as {name:?}; call it oci-init, or one of {known}"));
        }
        (None, Some(path)) => path.clone(),
        (None, None) => look_up(RUNTIMES[0])?,
    };
    if is_this_program(&runtime) {
        return Err(format!("the wrapped runtime {} is oci-init itself; name another", runtime.display()));
    }
    Ok(runtime)
}

fn look_up(name: &str) -> Result<PathBuf, String> {
    let paths = FOLDERS.iter().map(|folder| Path::new(folder).join(name));
    let is_program =
        |path: &PathBuf| fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
    let found = paths.into_iter().find(|path| is_program(path) && !is_this_program(path));
    found.ok_or_else(|| format!("{name} is in none of {}; write its path into the configuration", FOLDERS.join(", ")))
}

/// Returns whether a path leads to this program, which would execute itself without end. Without `/proc` it cannot know.
fn is_this_program(path: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    identity(path).is_some_and(|file| Some(file) == identity(Path::new("/proc/self/exe")))
}

/// Executes the runtime with the arguments of this process, its environment and its descriptors. Returns only if that
/// fails.
///
/// SIGPIPE gets its default action: Rust's runtime has ignored it before `main`, and does not tell how it was. runc, crun
/// and youki set it for their containers themselves.
pub fn execute(runtime: &Path, arguments: &[OsString]) -> String {
    let error = Command::new(runtime).args(arguments.iter().skip(1)).exec();
    format!("the wrapped runtime {} cannot be executed: {error}", runtime.display())
}
