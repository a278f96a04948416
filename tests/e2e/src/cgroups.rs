//! The cgroup below which an engine makes those of its containers.

use nix::fcntl::AT_FDCWD;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, chdir, mkdir, symlinkat};
use procfs::process::{MountInfo, Process};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{fs, io};
use testkit::cgroup_cleanup;

/// A cgroup in every hierarchy, below which an engine makes its own. When it is dropped, those that it claims are removed.
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

    /// The slice that systemd makes for the kubelet's pods, in version 2. It stays.
    pub fn of_kubelet() -> Self {
        let path = "/kubepods.slice";
        Self { path: path.to_owned(), folders: vec![format!("{CGROUPS}{path}").into()], claimed: Vec::new() }
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

/// The path of the cgroup file systems.
const CGROUPS: &str = "/sys/fs/cgroup";

/// What a machine sees at [`CGROUPS`].
pub enum View {
    /// The same as this machine.
    Same,
    /// This machine's hierarchies, mounted in a file system of the machine's own: an engine may make folders there.
    Hierarchies(Hierarchies),
    /// Version 2 alone, also where this machine has version 1: for crun and podman.
    Namespace(Namespace),
}

impl View {
    /// All that this machine has.
    pub fn of_this_machine() -> (Self, Parent) {
        let view = if has_version_1() { Self::Hierarchies(Hierarchies::of(|_| true)) } else { Self::Same };
        (view, Parent::create())
    }

    /// Version 2 alone.
    #[track_caller]
    pub fn version_2() -> (Self, Parent) {
        let (namespace, parent) = Namespace::create();
        (Self::Namespace(namespace), parent)
    }

    /// Version 2 alone if it has the controllers here, otherwise version 1 alone. containerd cannot run a pod without
    /// them, and crun cannot in a mixture of both.
    #[track_caller]
    pub fn with_controllers() -> (Self, Parent) {
        if !has_version_1() {
            return Self::version_2();
        }
        (Self::Hierarchies(Hierarchies::of(|version| version == "cgroup")), Parent::create())
    }

    /// Enters it, before it is mounted. System calls only, no allocation.
    pub fn begin(&self) -> io::Result<()> {
        if let Self::Namespace(namespace) = self { namespace.begin() } else { Ok(()) }
    }

    /// Mounts it at a path. System calls only, no allocation.
    pub fn mount(&self, path: &str) -> io::Result<()> {
        match self {
            Self::Same => Ok(()),
            Self::Hierarchies(hierarchies) => hierarchies.mount(path),
            Self::Namespace(_) => Ok(mount(NONE, path, Some("cgroup2"), MsFlags::empty(), NONE)?),
        }
    }

    /// Mounts it over what this machine has. System calls only, no allocation.
    pub fn replace(&self) -> io::Result<()> {
        if matches!(self, Self::Same) {
            return Ok(());
        }
        const ELSEWHERE: &str = "/run/cgroup";
        mkdir(ELSEWHERE, Mode::S_IRWXU)?;
        self.mount(ELSEWHERE)?; // the hierarchies are still visible
        Ok(mount(Some(ELSEWHERE), CGROUPS, NONE, MsFlags::MS_MOVE, NONE)?)
    }
}

const NONE: Option<&str> = None;

/// Hierarchies of this machine.
pub struct Hierarchies {
    mounts: Vec<(PathBuf, OsString)>,
    /// Names of hierarchies that have several controllers, for each controller.
    links: Vec<(String, String)>,
}

impl Hierarchies {
    fn of(is_chosen: impl Fn(&str) -> bool) -> Self {
        let below = |at: &MountInfo| at.mount_point.parent() == Some(Path::new(CGROUPS)) && is_chosen(&at.fs_type);
        let mounts: Vec<(PathBuf, OsString)> = hierarchies()
            .filter(below)
            .filter_map(|at| at.mount_point.file_name().map(OsStr::to_owned).map(|name| (at.mount_point.clone(), name)))
            .collect();
        let names = mounts.iter().filter_map(|(_, name)| name.to_str()).filter(|name| name.contains(','));
        let links = names.flat_map(|name| name.split(',').map(|part| (name.to_owned(), part.to_owned()))).collect();
        Self { mounts, links }
    }

    fn mount(&self, path: &str) -> io::Result<()> {
        mount(NONE, path, Some("tmpfs"), MsFlags::empty(), NONE)?;
        chdir(path)?;
        for (hierarchy, name) in &self.mounts {
            mkdir(&**name, Mode::from_bits_truncate(0o755))?;
            mount(Some(hierarchy), &**name, NONE, MsFlags::MS_BIND, NONE)?;
        }
        Ok(self.links.iter().try_for_each(|(name, link)| symlinkat(&**name, AT_FDCWD, &**link))?)
    }
}

fn has_version_1() -> bool {
    hierarchies().any(|at| at.fs_type == "cgroup")
}

/// A cgroup of version 2 that is the root of a cgroup namespace.
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
    #[track_caller]
    fn create() -> (Self, Parent) {
        let version_2 = hierarchies().find(|at| at.fs_type == "cgroup2").expect("cgroups of version 2 are mounted");
        let folder = cgroup_cleanup::claim(&version_2.mount_point, &cgroup_cleanup::name());
        fs::create_dir_all(folder.join("engine")).expect("root can make a cgroup");
        let (root, processes) = (folder.join("cgroup.procs"), folder.join("engine/cgroup.procs"));
        let this = Self { folder, root, processes };
        let parent = Parent::in_namespace(&this);
        (this, parent)
    }

    /// Makes the namespace, for this process and those that it forks. System calls only, no allocation.
    fn begin(&self) -> io::Result<()> {
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
