//! Builds the test programs for a platform, linked statically with that platform's C library.

use crate::platforms::{Platform, project};
use anyhow::{Context, Result, bail};
use escargot::CargoBuild;
use escargot::format::Message;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The programs of a platform.
#[derive(Clone, Debug)]
pub struct Programs {
    /// Process 1 of the machine.
    pub guest: PathBuf,
    /// The test programs, by their names.
    pub tests: BTreeMap<String, PathBuf>,
    /// The programs under test and their helpers, by their names.
    pub others: BTreeMap<String, PathBuf>,
}

/// Builds these test programs and all that they need. The programs under test come from `dist/binaries`.
pub fn build(platform: &Platform, tests: &[&str]) -> Result<Programs> {
    let in_tests = tests.iter().fold(cargo(platform).package("pause"), |cargo, test| cargo.test(test));
    let tests = executables(in_tests)?;
    let helpers = executables(cargo(platform).package("testkit").bins())?;
    let guest = executables(cargo(platform).package("kernels").bin("guest"))?;
    let mut others = helpers;
    for program in ["pause", "init"] {
        let binary = project().join("dist/binaries").join(&platform.name).join(program);
        if !binary.is_file() {
            bail!("{} is missing: run make binaries PLATFORMS={}", binary.display(), platform.name);
        }
        others.insert(program.into(), binary);
    }
    let guest = guest.get("guest").context("cargo built no guest")?.clone();
    let tests = tests.into_iter().filter(|(name, _)| name != "pause" && name != "init.bin").collect();
    Ok(Programs { guest, tests, others })
}

/// Returns a build for this platform.
fn cargo(platform: &Platform) -> CargoBuild {
    let target = &platform.target;
    let linker = project().join("build/cross-cc.sh");
    let variable = format!("CARGO_TARGET_{}_RUSTFLAGS", target.to_uppercase().replace('-', "_"));
    let flags = format!("-Clinker={} -Ctarget-feature=+crt-static -Crelocation-model=static", linker.display());
    let cargo = CargoBuild::new()
        .manifest_path(project().join("Cargo.toml"))
        .target(target)
        .target_dir(project().join("target/kernels"))
        .args(["--locked", "--profile", "kernels"])
        .env("CROSS_PLATFORM", &platform.name)
        .env(variable, flags);
    if platform.needs_std_from_source {
        return cargo.env("RUSTC_BOOTSTRAP", "1").args(["-Z", "build-std=std,panic_abort,test"]);
    }
    cargo
}

/// Runs a build, and returns the executables by their names.
fn executables(cargo: CargoBuild) -> Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    for message in cargo.exec()? {
        let message = message?;
        if let Message::CompilerArtifact(artifact) = message.decode()?
            && let Some(executable) = artifact.executable
        {
            let name = match artifact.target.kind.first() {
                Some(kind) if kind == "bin" && artifact.target.name == "init" => "init.bin".into(),
                _ => artifact.target.name.into_owned(),
            };
            found.insert(name, executable.into_owned());
        }
    }
    Ok(found)
}
