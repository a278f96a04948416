//! The control groups that an engine makes, removed with it.
//!
//! Those of a test that was killed outright are empty; whoever starts an engine next removes them.

use procfs::process::Process;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// What the names of all groups begin with; the maker's process ID and a number follow.
const PREFIX: &str = "pause-engine-";

/// A group that an engine is told to put its containers' groups into. It makes it in every hierarchy there is.
pub struct Parent(String);

impl Parent {
    #[expect(clippy::new_without_default, reason = "each one is another one")]
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        hierarchies().for_each(|root| remove_stale(&root));
        Self(format!("{PREFIX}{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// As engines want to be told: from the root of a hierarchy.
    pub fn path(&self) -> String {
        format!("/{}", self.0)
    }
}

impl Drop for Parent {
    /// To be called when everybody who was in the groups has ended.
    fn drop(&mut self) {
        hierarchies().for_each(|root| remove(&root.join(&self.0)));
    }
}

/// Where the hierarchies are mounted, of either version.
fn hierarchies() -> impl Iterator<Item = PathBuf> {
    let mounts = Process::myself().and_then(|me| me.mountinfo()).into_iter().flatten();
    mounts.filter(|mount| mount.fs_type.starts_with("cgroup")).map(|mount| mount.mount_point)
}

/// Removes the groups of makers who are gone.
fn remove_stale(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let maker = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        if maker.is_some_and(|maker| !Path::new("/proc").join(maker).exists()) {
            remove(&entry.path());
        }
    }
}

/// Removes a group and those within it. The files in a group are no hindrance.
fn remove(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove(&entry.path());
        }
    }
    _ = fs::remove_dir(folder);
}
