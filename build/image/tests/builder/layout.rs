//! The contents of an archive that `image` wrote: an image layout.

use crate::project::Project;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;

/// Mode and bytes of each file, by path.
pub type Files = BTreeMap<String, (u32, Vec<u8>)>;

/// The files of an archive. Asserts that all of them are regular files, owned by root, and of this time.
#[track_caller]
pub fn files(archive: &[u8], mtime: u64) -> Files {
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(archive).entries().unwrap() {
        let mut entry = entry.unwrap();
        let header = entry.header().clone();
        assert!(header.entry_type().is_file());
        assert_eq!((header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap()), (0, 0, mtime));
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        assert!(files.insert(path.clone(), (header.mode().unwrap(), bytes)).is_none(), "{path} is there twice");
    }
    files
}

pub struct Layout(Files);

impl Layout {
    /// The image layout in an archive of this time.
    #[track_caller]
    pub fn of(archive: &[u8], mtime: u64) -> Self {
        Self(files(archive, mtime))
    }

    /// Runs `image`; returns what it wrote.
    #[track_caller]
    pub fn new(project: &Project) -> Self {
        Self::of(&project.archive(), 0)
    }

    /// The images that start `pause` with `--guard`, in another archive that `image` wrote.
    #[track_caller]
    pub fn guard(project: &Project) -> Self {
        Self::of(&fs::read(project.path("dist/pause-1.2.3-guard.tar")).unwrap(), 0)
    }

    /// The images of `init`, in the third archive.
    #[track_caller]
    pub fn init(project: &Project) -> Self {
        Self::of(&fs::read(project.path("dist/init-1.2.3.tar")).unwrap(), 0)
    }

    /// Runs `image --zombies`; returns what it wrote to this archive.
    #[track_caller]
    pub fn zombies(project: &Project, arguments: &[&str], archive: &str) -> Self {
        let output = project.image().arg("--zombies").args(arguments).output().expect("it was built");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self::of(&fs::read(project.path("dist").join(archive)).unwrap(), 0)
    }

    pub fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.0[path].1).unwrap()
    }

    /// The bytes that a descriptor refers to.
    #[track_caller]
    pub fn blob(&self, descriptor: &Value) -> &[u8] {
        let digest = descriptor["digest"].as_str().unwrap();
        let bytes = &self.0[&digest.replace("sha256:", "blobs/sha256/")].1;
        assert_eq!(descriptor["size"], bytes.len());
        bytes
    }

    pub fn document(&self, descriptor: &Value) -> Value {
        serde_json::from_slice(self.blob(descriptor)).unwrap()
    }

    /// The index of all platforms.
    pub fn index(&self) -> Value {
        self.document(&self.json("index.json")["manifests"][0])
    }

    /// The descriptors of all platforms' images.
    pub fn manifests(&self) -> Vec<Value> {
        self.index()["manifests"].as_array().unwrap().clone()
    }
}
