//! The control groups that an engine makes, removed with it.

use nix::unistd::Pid;
use procfs::process::Process;
use std::path::PathBuf;
use testkit::cgroup_cleanup;

/// A group that an engine is told to put its containers' groups into. It makes it in every hierarchy there is.
pub struct Parent {
    name: String,
    folders: Vec<PathBuf>,
}

impl Parent {
    #[expect(clippy::new_without_default, reason = "each one is another one")]
    pub fn new() -> Self {
        let name = cgroup_cleanup::name();
        let folders = hierarchies().map(|root| cgroup_cleanup::claim(&root, &name)).collect();
        Self { name, folders }
    }

    /// As engines want to be told: from the root of a hierarchy.
    pub fn path(&self) -> String {
        format!("/{}", self.name)
    }

    /// The groups that another process made like this one, in all hierarchies.
    pub fn of_process(maker: Pid) -> impl Iterator<Item = PathBuf> {
        hierarchies().flat_map(move |root| cgroup_cleanup::of_process(&root, maker).collect::<Vec<_>>())
    }

    /// Those of its groups that there are, with all that is in them.
    pub fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.folders.iter().filter(|folder| folder.exists())
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        self.folders.iter().for_each(|folder| cgroup_cleanup::remove(folder));
    }
}

/// Where the hierarchies are mounted, of either version.
fn hierarchies() -> impl Iterator<Item = PathBuf> {
    let mounts = Process::myself().and_then(|me| me.mountinfo()).into_iter().flatten();
    mounts.filter(|mount| mount.fs_type.starts_with("cgroup")).map(|mount| mount.mount_point)
}
