//! The control groups of a process, from `/proc/PID/cgroup`, and their files, wherever they are mounted.

use crate::table::file_of;
use procfs::process::{MountInfo, Process};
use std::fs;
use std::path::{Path, PathBuf};

/// The groups of a process: one under version 2, one for each hierarchy of version 1, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Groups(Vec<Group>);

/// A group of a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// The controllers of a hierarchy of version 1; empty for version 2.
    controllers: String,
    /// The path in the hierarchy, as seen from this process's cgroup namespace.
    pub path: String,
}

impl Groups {
    /// Reads the groups of a process.
    pub fn of(pid: i32) -> Self {
        Self::parse(&file_of(pid, "cgroup").unwrap_or_default())
    }

    /// Parses the file: a line `number:controllers:path` for each hierarchy.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let group = |line: &str| {
            let (_, rest) = line.split_once(':')?;
            let (controllers, path) = rest.split_once(':')?;
            // A group that was removed when its last process had ended, before it was reaped.
            let path = path.strip_suffix(" (deleted)").unwrap_or(path);
            Some(Group { controllers: controllers.to_owned(), path: path.to_owned() })
        };
        Self(text.lines().filter_map(group).collect())
    }

    /// Returns the paths.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|group| &*group.path)
    }

    /// Returns these groups, with those of another process where version 1 shows the root, as it does for zombies
    /// (`proc_cgroup_show` in the kernel's `kernel/cgroup/cgroup.c`).
    pub fn or(mut self, other: &Self) -> Self {
        for group in self.0.iter_mut().filter(|group| group.path == "/" && !group.controllers.is_empty()) {
            if let Some(same) = other.0.iter().find(|other| other.controllers == group.controllers) {
                group.path.clone_from(&same.path);
            }
        }
        self
    }

    /// Returns the group of version 1 that has a controller.
    fn with(&self, controller: &str) -> Option<&Group> {
        self.0.iter().find(|group| group.controllers.split(',').any(|name| name == controller))
    }

    /// Returns the group of version 2.
    fn unified(&self) -> Option<&Group> {
        self.0.iter().find(|group| group.controllers.is_empty())
    }
}

/// The mounted hierarchies.
pub struct Hierarchies(Vec<MountInfo>);

impl Hierarchies {
    /// Finds them. There are none if this process cannot read its own mounts.
    pub fn find() -> Self {
        let all = Process::myself().and_then(|me| me.mountinfo()).map(|mounts| mounts.0).unwrap_or_default();
        Self(all.into_iter().filter(|mount| mount.fs_type.starts_with("cgroup")).collect())
    }

    /// Returns the folders of a process's group and of the groups above it in the hierarchy that has a controller, the
    /// innermost first, each with its path. `controller` is empty for what version 2 has without a controller.
    fn folders(&self, group: &Group, controller: &str) -> Vec<(PathBuf, String)> {
        let is_unified = group.controllers.is_empty();
        let has = |mount: &&MountInfo| {
            if is_unified { mount.fs_type == "cgroup2" } else { mount.super_options.contains_key(controller) }
        };
        let Some(mount) = self.0.iter().find(has) else { return Vec::new() };
        let Ok(below) = Path::new(&group.path).strip_prefix(&mount.root) else { return Vec::new() };
        if below.components().any(|part| part.as_os_str() == "..") {
            return Vec::new(); // outside of this process's cgroup namespace
        }
        let path = |part: &Path| format!("/{}", Path::new(mount.root.trim_start_matches('/')).join(part).display());
        below.ancestors().map(|part| (mount.mount_point.join(part), path(part))).collect()
    }

    /// Returns the same for the controller `pids`.
    pub fn with_pids(&self, groups: &Groups) -> Vec<(PathBuf, String)> {
        groups.with("pids").or(groups.unified()).map_or_else(Vec::new, |group| self.folders(group, "pids"))
    }

    /// Returns the group that someone has frozen, if it holds the process: its own, or one above it.
    pub fn frozen(&self, groups: &Groups) -> Option<String> {
        let says = |file: PathBuf, line: &str| {
            fs::read_to_string(file).is_ok_and(|text| text.lines().any(|found| found == line))
        };
        let unified = groups.unified().and_then(|group| {
            let folders = self.folders(group, "");
            folders.into_iter().find(|(folder, _)| says(folder.join("cgroup.freeze"), "1"))
        });
        let old = || {
            let folders = self.folders(groups.with("freezer")?, "freezer");
            folders.into_iter().find(|(folder, _)| says(folder.join("freezer.self_freezing"), "1"))
        };
        Some(unified.or_else(old)?.1)
    }
}
