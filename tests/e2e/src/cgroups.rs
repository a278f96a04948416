//! The cgroup below which an engine makes those of its containers.

use nix::sched::{CloneFlags, unshare};
use nix::unistd::Pid;
use procfs::process::{MountInfo, Process};
use std::path::PathBuf;
use std::{fs, io};
use testkit::cgroup_cleanup;

/// A cgroup in every hierarchy, below which an engine makes its own. When it is dropped, all of them are removed.
pub struct Parent {
    path: String,
    folders: Vec<PathBuf>,
    claimed: Vec<PathBuf>,
}

impl Parent {
    /// Names a cgroup of this machine, which an engine makes.
    pub fn create() -> Self {
        let name = cgroup_cleanup::name();
        let claimed: Vec<_> = hierarchies().map(|at| cgroup_cleanup::claim(&at.mount_point, &name)).collect();
        Self { path: format!("/{name}"), folders: claimed.clone(), claimed }
    }

    /// The same within a namespace.
    fn in_namespace(namespace: &Namespace) -> Self {
        let folder = namespace.folder.join("containers");
        Self { path: "/containers".to_owned(), folders: vec![folder], claimed: vec![namespace.folder.clone()] }
    }

    /// The path from the root of a hierarchy.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The cgroups that another process created in this way, in all hierarchies.
    pub fn of_process(maker: Pid) -> impl Iterator<Item = PathBuf> {
        hierarchies().flat_map(move |at| cgroup_cleanup::of_process(&at.mount_point, maker).collect::<Vec<_>>())
    }

    /// Its folders that exist, one in each hierarchy.
    pub fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.folders.iter().filter(|folder| folder.exists())
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        self.claimed.iter().for_each(|folder| cgroup_cleanup::remove(folder));
    }
}

/// A cgroup of version 2 that is the root of a cgroup namespace. A machine in it has cgroups of version 2 alone, also
/// where this machine has others.
pub struct Namespace {
    folder: PathBuf,
    /// The files that move a process: to the root of the namespace, and to the machine's own processes. They have a
    /// cgroup of their own, because one with processes cannot give its controllers to others.
    root: PathBuf,
    processes: PathBuf,
}

/// The same file as `processes`, as the machine sees it.
const PROCESSES: &str = "/sys/fs/cgroup/engine/cgroup.procs";

impl Namespace {
    /// Makes the cgroup.
    #[track_caller]
    pub fn create() -> (Self, Parent) {
        let version_2 = hierarchies().find(|at| at.fs_type == "cgroup2").expect("cgroups of version 2 are mounted");
        let folder = cgroup_cleanup::claim(&version_2.mount_point, &cgroup_cleanup::name());
        fs::create_dir_all(folder.join("engine")).expect("root can make a cgroup");
        let (root, processes) = (folder.join("cgroup.procs"), folder.join("engine/cgroup.procs"));
        let this = Self { folder, root, processes };
        let parent = Parent::in_namespace(&this);
        (this, parent)
    }

    /// Makes the namespace, for this process and those that it forks. System calls only, no allocation.
    pub fn begin(&self) -> io::Result<()> {
        fs::write(&self.root, "0")?;
        unshare(CloneFlags::CLONE_NEWCGROUP)?; // its root is the cgroup of this process
        fs::write(&self.processes, "0")
    }
}

/// Moves this process to a machine's own, when it has joined the machine's namespaces.
pub fn join_engine() -> io::Result<()> {
    fs::write(PROCESSES, "0")
}

/// The mounts of cgroups of both versions.
fn hierarchies() -> impl Iterator<Item = MountInfo> {
    let mounts = Process::myself().and_then(|me| me.mountinfo()).into_iter().flatten();
    mounts.filter(|mount| mount.fs_type.starts_with("cgroup"))
}
