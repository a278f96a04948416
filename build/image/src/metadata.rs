//! The metadata of the project, from its `Cargo.toml` and `Cargo.lock`.

use crate::epoch::Epoch;
use crate::library::{Library, Lock};
use crate::platforms::Platform;
use anyhow::{Result, anyhow};
use cargo_toml::Package;
use oci_spec::image::{
    ANNOTATION_CREATED, ANNOTATION_DESCRIPTION, ANNOTATION_LICENSES, ANNOTATION_SOURCE, ANNOTATION_TITLE,
    ANNOTATION_VERSION,
};
use std::collections::HashMap;
use std::path::Path;

/// The package whose binaries are shipped.
pub struct Project {
    /// How its programs are built.
    pub kind: Kind,
    /// The version.
    pub version: String,
    /// The programs, each of which has images of its own.
    pub programs: Vec<Program>,
    /// The licence, as an SPDX expression.
    pub license: String,
    /// The URL of the source, if the manifest has one.
    repository: Option<String>,
    /// The packages in its `[dependencies]` of which its programs contain no code.
    dependencies: Vec<Library>,
    lock: Lock,
}

/// How programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Without Rust's standard library: pause and init.
    Freestanding,
    /// With it, and linked statically: zombies.
    Hosted,
}

impl Kind {
    /// The name of the folder with the programs, in the folder `dist`.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Freestanding => "binaries",
            Self::Hosted => "hosted",
        }
    }

    /// The name of the list of checksums of what is assembled from them.
    pub fn checksums(self) -> &'static str {
        match self {
            Self::Freestanding => "SHA256SUMS",
            Self::Hosted => "SHA256SUMS-zombies",
        }
    }

    /// The script that builds them.
    pub fn script(self) -> &'static str {
        match self {
            Self::Freestanding => "build/binaries.sh",
            Self::Hosted => "build/hosted.sh",
        }
    }
}

/// A program that is shipped.
pub struct Program {
    /// The name of its file, and the title of its images.
    pub name: String,
    /// The description: one sentence.
    pub description: String,
}

impl Program {
    fn new(name: &str, description: &str) -> Self {
        Self { name: name.to_owned(), description: description.to_owned() }
    }
}

/// A program as it is in the image of one platform.
pub struct Built<'a> {
    /// Its name and description.
    pub program: &'a Program,
    /// The platform.
    pub platform: Platform,
    /// Its file.
    pub bytes: Vec<u8>,
    /// The libraries that it contains, or that its build uses.
    pub libraries: Vec<Library>,
}

impl Project {
    /// Reads what there is to know of pause and init, in the project's folder.
    ///
    /// # Errors
    /// If a file cannot be read, or a field is missing.
    pub fn read(folder: &Path) -> Result<Self> {
        let manifest = Manifest::read(folder)?;
        let pause = manifest.program()?;
        let metadata = manifest.package()?.metadata.as_ref();
        let of_init = metadata.and_then(|table| table.get("init")?.get("description")?.as_str());
        let init = Program::new("init", of_init.ok_or_else(|| manifest.missing("metadata.init.description"))?);
        let lock = Lock::read(&folder.join("Cargo.lock"))?;
        let names = manifest.content.dependencies.keys();
        let dependencies = names.map(|name| lock.build_dependency(name)).collect::<Result<_>>()?;
        Self::new(Kind::Freestanding, &manifest, manifest.package()?, vec![pause, init], dependencies, lock)
    }

    /// The same for zombies, a package of its own.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn read_zombies(folder: &Path) -> Result<Self> {
        let (whole, manifest) = (Manifest::read(folder)?, Manifest::read(&folder.join("zombies"))?);
        let lock = Lock::read(&folder.join("Cargo.lock"))?;
        let programs = vec![manifest.program()?];
        Self::new(Kind::Hosted, &manifest, whole.package()?, programs, Vec::new(), lock)
    }

    /// `whole` is the package that has the address of the source.
    fn new(
        kind: Kind,
        manifest: &Manifest,
        whole: &Package,
        programs: Vec<Program>,
        dependencies: Vec<Library>,
        lock: Lock,
    ) -> Result<Self> {
        let package = manifest.package()?;
        Ok(Self {
            kind,
            version: package.version().to_string(),
            programs,
            license: package.license().ok_or_else(|| manifest.missing("license"))?.to_owned(),
            repository: whole.repository().map(str::to_owned),
            dependencies,
            lock,
        })
    }

    /// The libraries of a program whose file is at `path`.
    ///
    /// # Errors
    /// If there is no list of them beside a program that contains any.
    pub fn libraries(&self, path: &Path, platform: &Platform) -> Result<Vec<Library>> {
        match self.kind {
            Kind::Freestanding => Ok(self.dependencies.clone()),
            Kind::Hosted => {
                let libraries = self.lock.shipped(&path.with_extension("libraries"));
                libraries.map_err(|error| anyhow!("{error}; build it: {} {platform}", self.kind.script()))
            }
        }
    }

    /// The labels of an image of `program`, which tools on a node show. The `Dockerfile` has the same ones: keep both
    /// alike.
    pub fn labels(&self, program: &Program) -> HashMap<String, String> {
        let mut labels = HashMap::from([
            (ANNOTATION_TITLE.to_owned(), program.name.clone()),
            (ANNOTATION_DESCRIPTION.to_owned(), program.description.clone()),
            (ANNOTATION_VERSION.to_owned(), self.version.clone()),
            (ANNOTATION_LICENSES.to_owned(), self.license.clone()),
        ]);
        labels.extend(self.repository.clone().map(|source| (ANNOTATION_SOURCE.to_owned(), source)));
        labels
    }

    /// The annotations, which tools show in a registry: the labels and the time of creation.
    pub fn annotations(&self, program: &Program, created: Epoch) -> HashMap<String, String> {
        let mut annotations = self.labels(program);
        annotations.insert(ANNOTATION_CREATED.to_owned(), created.to_string());
        annotations
    }
}

/// A `Cargo.toml`.
struct Manifest {
    path: String,
    content: cargo_toml::Manifest,
}

impl Manifest {
    fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("Cargo.toml");
        let content = cargo_toml::Manifest::from_path(&path);
        let path = path.display().to_string();
        match content {
            Ok(content) => Ok(Self { path, content }),
            // Its text would show the place in the file, on several lines.
            Err(cargo_toml::Error::Parse(error)) => Err(cannot_read(&path, &error.message())),
            Err(error) => Err(cannot_read(&path, &error)),
        }
    }

    fn package(&self) -> Result<&Package> {
        self.content.package.as_ref().ok_or_else(|| cannot_read(&self.path, &"it describes no package"))
    }

    /// The program that is called like the package.
    fn program(&self) -> Result<Program> {
        let package = self.package()?;
        Ok(Program::new(package.name(), package.description().ok_or_else(|| self.missing("description"))?))
    }

    fn missing(&self, field: &str) -> anyhow::Error {
        cannot_read(&self.path, &format!("it has no {field}"))
    }
}

fn cannot_read(path: &str, error: &dyn std::fmt::Display) -> anyhow::Error {
    anyhow!("{path} cannot be read: {error}; run this in the project's folder, or name the folder with --project")
}
