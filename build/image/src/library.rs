//! The libraries of a program: those that it contains, and those that only its build uses. `Cargo.lock` has their checksums.

use crate::purl;
use anyhow::{Result, anyhow};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

/// A library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// The package URL.
    pub purl: String,
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The licence, as an SPDX expression, if it is known.
    pub license: Option<String>,
    /// The SHA-256 of the archive in the registry, in hexadecimal digits. What is of no registry has none.
    pub checksum: Option<String>,
    /// Whether the program contains code of it.
    pub is_shipped: bool,
}

/// The packages in `Cargo.lock`.
pub struct Lock {
    path: PathBuf,
    packages: Vec<Locked>,
}

/// A package there. Those of this workspace have no checksum.
#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

impl Lock {
    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read, or is none.
    pub fn read(path: &Path) -> Result<Self> {
        #[derive(Deserialize)]
        struct File {
            package: Vec<Locked>,
        }
        let mut lock = Self { path: path.to_owned(), packages: Vec::new() };
        let text = fs::read_to_string(path).map_err(|error| lock.error(&error))?;
        lock.packages = toml::from_str::<File>(&text).map_err(|error| lock.error(&error.message()))?.package;
        Ok(lock)
    }

    /// Returns a crate of which only the build uses something.
    ///
    /// # Errors
    /// If the file does not have it.
    pub fn build_dependency(&self, name: &str) -> Result<Library> {
        let found = self.packages.iter().find(|package| package.name == name);
        let package = found.ok_or_else(|| self.error(&format!("it has no package {name}")))?;
        Ok(Library {
            purl: purl::of_crate(&package.name, &package.version),
            name: package.name.clone(),
            version: package.version.clone(),
            license: None,
            checksum: package.checksum.clone(),
            is_shipped: false,
        })
    }

    /// Reads the list of the libraries that a program contains: the package URL and the licence of each, with a tab between.
    ///
    /// # Errors
    /// If there is no such list, or if it has a crate that is not in `Cargo.lock`: then it is of another version.
    pub fn shipped(&self, list: &Path) -> Result<Vec<Library>> {
        let cannot = |error: &dyn fmt::Display| anyhow!("{} cannot be read: {error}", list.display());
        let text = fs::read_to_string(list).map_err(|error| cannot(&error))?;
        let library = |line: &str| {
            let no_line = || cannot(&format!("{line:?} is not a package URL and a licence"));
            let (purl, license) = line.split_once('\t').ok_or_else(no_line)?;
            let (path, version) = purl.split_once('@').ok_or_else(no_line)?;
            let (name, checksum) = if let Some(name) = path.strip_prefix("pkg:cargo/") {
                let same = |package: &&Locked| package.name == name && package.version == version;
                let no_package = || cannot(&format!("{} has no {purl:?}", self.path.display()));
                (name, self.packages.iter().find(same).ok_or_else(no_package)?.checksum.clone())
            } else {
                (path.rsplit_once('/').ok_or_else(no_line)?.1, None)
            };
            Ok(Library {
                purl: purl.to_owned(),
                name: name.to_owned(),
                version: version.to_owned(),
                license: Some(license.to_owned()),
                checksum,
                is_shipped: true,
            })
        };
        text.lines().map(library).collect()
    }

    fn error(&self, error: &dyn fmt::Display) -> anyhow::Error {
        anyhow!("{} cannot be read: {error}; recreate it: cargo generate-lockfile", self.path.display())
    }
}
