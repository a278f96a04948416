//! The root file system of another release of Debian, as a machine's own.

use crate::project;
use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::stat::Mode;
use nix::unistd::{chdir, mkdir, pivot_root};
use std::path::{Path, PathBuf};
use std::{env, io};

/// The folder of the roots that `build/setup/root.sh` makes, in the project.
const ROOTS: &str = "target/roots";

/// The folders of an overlay, which keeps changes in memory.
const UPPER: &str = "/run/upper";
const WORK: &str = "/run/work";
const MERGED: &str = "/run/root";

/// A complete root.
pub struct Root {
    folder: PathBuf,
    layers: String,
    /// The folders of this machine that it has at the same paths: the project, and the one for temporary files.
    shared: [PathBuf; 2],
    /// These and their parents, relative to the root.
    shared_paths: Vec<PathBuf>,
}

impl Root {
    /// # Panics
    /// If there is no such root. The message says how to make it.
    #[track_caller]
    pub fn of(release: &str) -> Self {
        let folder = project::folder().join(ROOTS).join(release);
        assert!(folder.is_dir(), "there is no root of Debian {release}: make e2e makes it, with build/setup/root.sh");
        // The path is relative, because an absolute one may have a character that separates options.
        let layers = format!("lowerdir={ROOTS}/{release},upperdir={UPPER},workdir={WORK}");
        let temporary = env::temp_dir().canonicalize().expect("a folder for temporary files");
        let shared = [project::folder().to_owned(), temporary];
        let mut shared_paths: Vec<PathBuf> = shared
            .iter()
            .flat_map(|folder| folder.strip_prefix("/").expect("an absolute path").ancestors())
            .filter(|path| *path != Path::new(""))
            .map(Path::to_owned)
            .collect();
        shared_paths.sort(); // parents first
        Self { folder, layers, shared, shared_paths }
    }

    /// The path of a program in it.
    #[track_caller]
    pub fn program(&self, name: &str) -> String {
        let paths = ["bin", "sbin"].map(|folder| format!("usr/{folder}/{name}"));
        let found = paths.into_iter().find(|path| self.folder.join(path).is_file());
        let found = found.unwrap_or_else(|| {
            panic!("{} has no {name}: the Makefile lists its packages as NEWEST", self.folder.display())
        });
        format!("/{found}")
    }

    /// Makes it the root of this process's mount namespace, which has a `/proc` of its own and a file system in memory
    /// at `/run`. `mount_cgroups` mounts them at a path. System calls only, no allocation.
    pub fn enter(&self, mount_cgroups: impl FnOnce(&str) -> io::Result<()>) -> io::Result<()> {
        let none = None::<&str>;
        [UPPER, WORK, MERGED].iter().try_for_each(|folder| make(Path::new(folder)))?;
        chdir(project::folder())?;
        mount(Some("overlay"), MERGED, Some("overlay"), MsFlags::empty(), Some(&*self.layers))?;
        chdir(MERGED)?;
        self.shared_paths.iter().try_for_each(|folder| make(folder))?;
        for folder in &self.shared {
            mount(Some(folder), folder.strip_prefix("/").unwrap_or(folder), none, MsFlags::MS_BIND, none)?;
        }
        mount(Some("/dev"), "dev", none, MsFlags::MS_BIND | MsFlags::MS_REC, none)?;
        mount(Some("/proc"), "proc", none, MsFlags::MS_MOVE, none)?;
        mount(none, "sys", Some("sysfs"), MsFlags::empty(), none)?;
        mount_cgroups("sys/fs/cgroup")?;
        chdir(MERGED)?;
        pivot_root(".", ".")?; // after chroot(2), nobody could make a user namespace
        umount2(".", MntFlags::MNT_DETACH)?; // the old root, which is now on top of the new one
        Ok(chdir("/")?)
    }
}

/// Makes a folder, if it is not there.
fn make(folder: &Path) -> nix::Result<()> {
    match mkdir(folder, Mode::from_bits_truncate(0o755)) {
        Err(Errno::EEXIST) => Ok(()),
        result => result,
    }
}
