//! The control groups that an engine makes, removed with it.

use procfs::process::Process;
use std::fs;
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// A group that an engine is told to put its containers' groups into. It makes it in every hierarchy there is.
pub struct Parent(String);

impl Parent {
    #[expect(clippy::new_without_default, reason = "each one is another one")]
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self(format!("pause-engine-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// As engines want to be told: from the root of a hierarchy.
    pub fn path(&self) -> String {
        format!("/{}", self.0)
    }
}

impl Drop for Parent {
    /// To be called when everybody who was in the groups has ended.
    fn drop(&mut self) {
        let mounts = Process::myself().and_then(|me| me.mountinfo());
        for mount in mounts.into_iter().flatten().filter(|mount| mount.fs_type.starts_with("cgroup")) {
            remove(&mount.mount_point.join(&self.0));
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
