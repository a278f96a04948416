//! The node's configuration: one small file, which need not exist.

use init_rules::Settings;
use serde::Deserialize;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The largest file. A configuration has a few lines.
const MOST_BYTES: u64 = 64 * 1024;

/// The owner that a user namespace shows for users that it does not have (`man 7 user_namespaces`).
const OVERFLOW_ID: u32 = 65534;

/// The contents of the file.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Configuration {
    /// The absolute path of the wrapped runtime. The default is runc.
    pub runtime: Option<PathBuf>,
    /// The absolute path of `init` on the node.
    pub init: String,
    /// Whether a container gets `init` if no annotation says anything.
    pub enabled: bool,
    /// Whether a container gets `init` although its program is an init.
    pub wrap_inits: bool,
    #[serde(skip)]
    path: PathBuf,
}

impl Default for Configuration {
    fn default() -> Self {
        let init = "/usr/local/bin/pause-init".to_owned();
        Self { runtime: None, init, enabled: true, wrap_inits: false, path: PathBuf::new() }
    }
}

impl Configuration {
    /// Reads the file at this path. Without one, everything has its default.
    ///
    /// # Errors
    /// One line, if it cannot be read or another user could have written it.
    pub fn read(path: &Path) -> Result<Self, String> {
        let fail = |why: String| format!("{}: {why}", path.display());
        let text = match read_trusted(path) {
            Ok(text) => text,
            Err(why) => return Err(fail(why)),
        };
        let parsed: Result<Self, _> = toml::from_str(text.as_deref().unwrap_or_default());
        let mut this = parsed.map_err(|error| {
            // Its position is in lines of their own.
            let message = error.message().replace('\n', " ");
            let line = error.span().map_or(1, |at| {
                let before = text.as_deref().and_then(|text| text.get(..at.start)).unwrap_or_default();
                before.matches('\n').count() + 1
            });
            fail(format!("line {line}: {message}"))
        })?;
        this.path = path.to_owned();
        let paths = this.runtime.as_deref().map(|runtime| ("runtime", runtime));
        for (key, value) in paths.into_iter().chain([("init", Path::new(&this.init))]) {
            if !value.is_absolute() {
                return Err(fail(format!("{key} is {value:?}: write an absolute path")));
            }
        }
        Ok(this)
    }

    /// The part that the rules read.
    pub fn settings(&self) -> Settings {
        Settings { init: self.init.clone(), is_enabled: self.enabled, wraps_known_inits: self.wrap_inits }
    }

    /// Checks that `init` is on the node, before a container is promised it.
    ///
    /// # Errors
    /// One line, if it is not.
    pub fn check_init(&self) -> Result<(), String> {
        let how = format!("install init there, or write its path into {}", self.path.display());
        match fs::metadata(&self.init) {
            Ok(file) if file.is_file() && file.permissions().mode() & 0o111 != 0 => Ok(()),
            Ok(_) => Err(format!("{} on the node is no executable file; {how}", self.init)),
            Err(error) => Err(format!("{} on the node cannot be used: {error}; {how}", self.init)),
        }
    }
}

/// Reads a file that root alone can have written. Returns `None` if there is none.
fn read_trusted(path: &Path) -> Result<Option<String>, String> {
    let flags = nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK; // a FIFO must not block it
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.raw_os_error() == Some(nix::libc::ELOOP) => {
            return Err("it is a link; put the file itself there".into());
        }
        Err(error) => return Err(format!("it cannot be read: {error}")),
    };
    let metadata = file.metadata().map_err(|error| format!("it cannot be read: {error}"))?;
    if !metadata.is_file() {
        return Err("it is no regular file".into());
    }
    if !is_root(metadata.uid()) || metadata.mode() & 0o022 != 0 {
        return Err("others than root can write it; chown it to root, and chmod it to 644".into());
    }
    let mut text = String::new();
    match file.take(MOST_BYTES + 1).read_to_string(&mut text) {
        Ok(_) if text.len() as u64 > MOST_BYTES => Err(format!("it has more than {MOST_BYTES} bytes")),
        Ok(_) => Ok(Some(text)),
        Err(error) => Err(format!("it cannot be read: {error}")),
    }
}

/// Returns whether root owns what has this owner. In the user namespace of an ordinary user's podman, root of the node is
/// among the users that the namespace does not have.
fn is_root(owner: u32) -> bool {
    let is_namespace = || {
        let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default(); // without it, only root itself is trusted
        !map.is_empty() && map.split_whitespace().ne(["0", "0", "4294967295"])
    };
    owner == 0 || (owner == OVERFLOW_ID && is_namespace())
}
