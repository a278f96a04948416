//! The cgroup below which an engine makes those of its containers.

use nix::unistd::Pid;
use procfs::process::Process;
use std::path::PathBuf;
use testkit::cgroup_cleanup;

/// A cgroup in every hierarchy, below which an engine makes its own. When it is dropped, all of them are removed.
pub struct Parent {
    name: String,
    folders: Vec<PathBuf>,
}

impl Parent {
    /// Makes the control group.
    pub fn create() -> Self {
        let name = cgroup_cleanup::name();
        let folders = hierarchies().map(|root| cgroup_cleanup::claim(&root, &name)).collect();
        Self { name, folders }
    }

    /// The path from the root of a hierarchy.
    pub fn path(&self) -> String {
        format!("/{}", self.name)
    }

    /// The cgroups that another process created in this way, in all hierarchies.
    pub fn of_process(maker: Pid) -> impl Iterator<Item = PathBuf> {
        hierarchies().flat_map(move |root| cgroup_cleanup::of_process(&root, maker).collect::<Vec<_>>())
    }

    /// Its folders that exist, one in each hierarchy.
    pub fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.folders.iter().filter(|folder| folder.exists())
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        self.folders.iter().for_each(|folder| cgroup_cleanup::remove(folder));
    }
}

/// The mount points of cgroups of both versions.
fn hierarchies() -> impl Iterator<Item = PathBuf> {
    let mounts = Process::myself().and_then(|me| me.mountinfo()).into_iter().flatten();
    mounts.filter(|mount| mount.fs_type.starts_with("cgroup")).map(|mount| mount.mount_point)
}
