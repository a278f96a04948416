//! The test programs, built from the sources as they are.

use anyhow::Result;
use escargot::CargoBuild;
use escargot::format::Message;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;
use tempfile::TempDir;

/// The test programs.
pub struct Suite {
    /// The folder of their copies: cargo may build them again during a run.
    pub folder: TempDir,
    /// The test programs, and when each of them was built.
    pub built: BTreeMap<String, SystemTime>,
    /// The platform whose programs are tested. `None` for this machine's.
    pub platform: Option<String>,
    /// The programs as they are.
    pub originals: [Vec<u8>; 2],
}

impl Suite {
    /// Builds the test programs.
    ///
    /// # Errors
    /// They cannot be built.
    pub fn build(project: &Path, platform: Option<String>, originals: [Vec<u8>; 2]) -> Result<Self> {
        let cargo = CargoBuild::new().manifest_path(project.join("Cargo.toml")).package("pause").args(["--tests"]);
        let (folder, mut built) = (tempfile::tempdir()?, BTreeMap::new());
        for message in cargo.exec()? {
            if let Ok(Message::CompilerArtifact(artifact)) = message?.decode()
                && artifact.profile.test // there is a program of the same name as the test `init`
                && let Some(executable) = artifact.executable
            {
                let name = artifact.target.name.into_owned();
                fs::copy(&executable, folder.path().join(&name))?;
                built.insert(name, executable.metadata()?.modified()?);
            }
        }
        Ok(Self { folder, built, platform, originals })
    }
}
