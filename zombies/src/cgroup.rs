//! The control groups of a process, from `/proc/PID/cgroup`, and whether one of them is frozen.

use crate::hierarchy::Hierarchy;
use crate::table::file_of;
use procfs::process::Process;
use std::fs;
use std::path::PathBuf;

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

/// The mounted hierarchies, and this process's own groups in them.
pub struct Hierarchies {
    mounted: Vec<Hierarchy>,
    own: Groups,
}

impl Hierarchies {
    /// Finds them. There are none if this process cannot read its own mounts.
    pub fn find() -> Self {
        let all = Process::myself().and_then(|me| me.mountinfo()).map(|mounts| mounts.0).unwrap_or_default();
        let own = Groups::parse(&fs::read("/proc/self/cgroup").unwrap_or_default());
        Self { mounted: all.into_iter().filter_map(Hierarchy::of).collect(), own }
    }

    /// Returns the folders of a process's group and of the groups above it, in the hierarchy of this controller of version 1,
    /// or in that of version 2. They are none if that is not mounted.
    fn folders(&self, group: &Group, controller: &str) -> Vec<(PathBuf, String)> {
        let is_unified = group.controllers.is_empty();
        let is_its = |one: &&Hierarchy| if is_unified { one.is_unified() } else { one.has(controller) };
        let own = self.own.0.iter().find(|own| own.controllers == group.controllers);
        let own = own.map_or("/", |own| &own.path);
        // Several mounts can show the same hierarchy, and one of them more of it than the others.
        let mut all = self.mounted.iter().filter(is_its).map(|one| one.folders(&group.path, own));
        all.find(|folders| !folders.is_empty()).unwrap_or_default()
    }

    /// Returns the same for the controller `pids`, the innermost group first.
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
