//! The metadata of the project, from its `Cargo.toml` and `Cargo.lock`.

use crate::epoch::Epoch;
use anyhow::{Result, anyhow};
use oci_spec::image::{
    ANNOTATION_CREATED, ANNOTATION_DESCRIPTION, ANNOTATION_LICENSES, ANNOTATION_SOURCE, ANNOTATION_TITLE,
    ANNOTATION_VERSION,
};
use serde::Deserialize;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The package whose binaries are shipped.
pub struct Project {
    /// The version.
    pub version: String,
    /// The programs, each of which has images of its own.
    pub programs: [Program; 2],
    /// The licence, as an SPDX expression.
    pub license: String,
    /// The URL of the source, if the manifest has one.
    repository: Option<String>,
    /// The packages in its `[dependencies]`.
    pub dependencies: Vec<Locked>,
}

/// A program that is shipped.
pub struct Program {
    /// The name of its file, and the title of its images.
    pub name: String,
    /// The description: one sentence.
    pub description: String,
}

/// A package, as `Cargo.lock` has it.
#[derive(Deserialize)]
pub struct Locked {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The SHA-256 of the archive in the registry, in hexadecimal digits. Packages of this workspace have none.
    pub checksum: Option<String>,
}

impl Project {
    /// Reads `Cargo.toml` and `Cargo.lock` in `folder`.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("Cargo.toml");
        let cannot = |error: &dyn std::fmt::Display| {
            let path = path.display();
            anyhow!(
                "{path} cannot be read: {error}; run this in the project's folder, or name the folder with --project"
            )
        };
        let manifest = cargo_toml::Manifest::from_path(&path).map_err(|error| cannot(&error))?;
        let package = manifest.package.as_ref().ok_or_else(|| cannot(&"it describes no package"))?;
        let missing = |field: &str| cannot(&format!("it has no {field}"));
        let of_init = package.metadata.as_ref().and_then(|table| table.get("init")?.get("description")?.as_str());
        let program =
            |name: &str, description: &str| Program { name: name.to_owned(), description: description.to_owned() };
        Ok(Self {
            version: package.version().to_string(),
            programs: [
                program(package.name(), package.description().ok_or_else(|| missing("description"))?),
                program("init", of_init.ok_or_else(|| missing("metadata.init.description"))?),
            ],
            license: package.license().ok_or_else(|| missing("license"))?.to_owned(),
            repository: package.repository().map(str::to_owned),
            dependencies: locked(&folder.join("Cargo.lock"), manifest.dependencies.keys())?,
        })
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

/// Finds the packages of these names in `Cargo.lock` at `path`.
fn locked<'a>(path: &Path, names: impl Iterator<Item = &'a String>) -> Result<Vec<Locked>> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Locked>,
    }
    let cannot = |error: &dyn std::fmt::Display| {
        anyhow!("{} cannot be read: {error}; recreate it: cargo generate-lockfile", path.display())
    };
    let text = fs::read_to_string(path).map_err(|error| cannot(&error))?;
    let mut lock: Lock = toml::from_str(&text).map_err(|error| cannot(&error.message()))?;
    names
        .map(|name| {
            let missing = || cannot(&format!("it has no package {name}"));
            let at = lock.package.iter().position(|package| package.name == *name).ok_or_else(missing)?;
            Ok(lock.package.swap_remove(at))
        })
        .collect()
}
