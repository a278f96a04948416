//! A mounted hierarchy of control groups, and the folders of groups in it, also of those outside of this process's cgroup
//! namespace.
//!
//! Such a group has a path like `/../../pod/container`: it tells how far up it is, and not what the groups between are
//! called. The root of a mount that shows more than the namespace, such as the node's `/sys/fs/cgroup`, is `/../../..`. The
//! names are those of this process's own group, which is the one in the mount that lists this process.

use procfs::process::MountInfo;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

/// A mounted hierarchy.
pub struct Hierarchy {
    mount: MountInfo,
    /// The path of the namespace's root below the mount, if it can be found.
    namespace: OnceLock<Option<PathBuf>>,
}

impl Hierarchy {
    /// Returns `None` for another file system.
    pub fn of(mount: MountInfo) -> Option<Self> {
        mount.fs_type.starts_with("cgroup").then_some(Self { mount, namespace: OnceLock::new() })
    }

    /// Returns whether it is the one of version 2.
    pub fn is_unified(&self) -> bool {
        self.mount.fs_type == "cgroup2"
    }

    /// Returns whether it is the one of version 1 that has a controller.
    pub fn has(&self, controller: &str) -> bool {
        !self.is_unified() && self.mount.super_options.contains_key(controller)
    }

    /// Returns the folders of a group and of the groups above it, the innermost first, each with its path. `own` is the path
    /// of this process's own group. There are none if they are not mounted here.
    pub fn folders(&self, path: &str, own: &str) -> Vec<(PathBuf, String)> {
        let Some(below) = self.below(path, own) else { return Vec::new() };
        let root = Path::new(&self.mount.root);
        let shown = if up(root) == 0 { root } else { Path::new("/") };
        let show = |part: &Path| shown.join(part).display().to_string();
        let trim = |path: String| if path.len() > 1 { path.trim_end_matches('/').to_owned() } else { path };
        below.ancestors().map(|part| (self.mount.mount_point.join(part), trim(show(part)))).collect()
    }

    /// Returns the path of a group below the mount.
    fn below(&self, path: &str, own: &str) -> Option<PathBuf> {
        let (root, path) = (Path::new(&self.mount.root), Path::new(path));
        let depth = up(root);
        if depth == 0 {
            let below = path.strip_prefix(root).ok()?;
            return (up(path) == 0).then(|| below.to_owned());
        }
        let namespace = self.namespace.get_or_init(|| find(&self.mount.mount_point, depth, own)).as_ref()?;
        let known = depth.checked_sub(up(path))?;
        let names = namespace.components().take(known);
        Some(names.chain(path.components().filter(|part| matches!(part, Component::Normal(_)))).collect())
    }
}

/// Returns how many groups a path goes up from the namespace's root.
fn up(path: &Path) -> usize {
    path.components().filter(|part| *part == Component::ParentDir).count()
}

/// Finds the folder so far below `root` whose group `own` lists this process. Returns its path below `root`.
fn find(root: &Path, depth: usize, own: &str) -> Option<PathBuf> {
    if depth == 0 {
        let me = std::process::id().to_string();
        let list = fs::read_to_string(root.join(own.trim_start_matches('/')).join("cgroup.procs")).ok()?;
        return list.lines().any(|line| line == me).then(PathBuf::new);
    }
    fs::read_dir(root)
        .ok()?
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .find_map(|entry| Some(Path::new(&entry.file_name()).join(find(&entry.path(), depth - 1, own)?)))
}
