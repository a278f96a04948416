//! Builds the test programs for a platform, linked statically with that platform's C library.

use crate::platforms::{Platform, project};
use crate::suite::{EQUIVALENT, FLOOR, OTHER};
use anyhow::{Context, Result, bail};
use escargot::CargoBuild;
use escargot::format::Message;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::equivalent;

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

/// Builds these test programs and all that they need. The programs under test come from `dist/binaries`, and `other` may
/// be one more.
pub fn build(platform: &Platform, tests: &[&str], other: Option<&Path>) -> Result<Programs> {
    let selected = tests.iter().fold(cargo(platform).package("kernels").bins(), |cargo, test| cargo.test(test));
    let mut tests = executables(selected)?;
    let guest = tests.remove("guest").context("cargo built no guest")?;
    tests.remove("kernels"); // the host's
    let mut others = executables(cargo(platform).package("testkit").bins())?;
    for program in ["pause", "init"] {
        let binary = project().join("dist/binaries").join(&platform.name).join(program);
        if !binary.is_file() {
            bail!("{} is missing: run make binaries PLATFORMS={}", binary.display(), platform.name);
        }
        others.insert(program.into(), binary);
    }
    others.extend(in_c(platform)?);
    others.extend(other.map(|other| (OTHER.to_owned(), other.to_owned())));
    Ok(Programs { guest, tests, others })
}

/// Compiles the programs that are compared with `pause`: as upstream compiles its own, and as ours is linked.
fn in_c(platform: &Platform) -> Result<[(String, PathBuf); 2]> {
    let folder = project().join("target/kernels").join(&platform.target);
    let [linker_script, upstream, floor] =
        ["build/link/program.ld", "benches/peers/upstream_equivalent.c", "tests/kernels/programs/floor.c"]
            .map(|file| project().join(file));
    let version = format!("-DVERSION=\"{}\"", env!("CARGO_PKG_VERSION"));
    let script =
        format!("-Wl,-T,{},--defsym=BASE=0,-znorelro,--build-id=none,--no-dynamic-linker", linker_script.display());
    let as_ours = ["-nostartfiles", "-nostdlib", "-static-pie", "-Wl,-s", &script];
    Ok([
        compile(platform, &folder, EQUIVALENT, &upstream, &["-Os", &version], &["-static", "-Wl,-s"])?,
        compile(platform, &folder, FLOOR, &floor, &[], &as_ours)?,
    ])
}

/// Compiles and links one file. Returns the program with its name.
fn compile(
    platform: &Platform,
    folder: &Path,
    name: &str,
    source: &Path,
    compile: &[&str],
    link: &[&str],
) -> Result<(String, PathBuf)> {
    let (object, program) = (folder.join(format!("{name}.o")), folder.join(name));
    for (words, from, to) in [(&[&["-c"], compile].concat()[..], source, &object), (link, &object, &program)] {
        let mut cc = Command::new(project().join("build/cross-cc.sh"));
        cc.env("CROSS_PLATFORM", &platform.name).args(words).arg(from).arg("-o").arg(to);
        if !cc.status()?.success() {
            bail!("{} cannot be compiled for {}", source.display(), platform.name);
        }
    }
    Ok((name.to_owned(), program))
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

/// Compiles the C equivalent of Kubernetes' `pause` for this machine, with its own compiler. Returns its path.
pub fn upstream_equivalent() -> Result<PathBuf> {
    let folder = project().join("target/kernels");
    fs::create_dir_all(&folder)?;
    let program = folder.join(EQUIVALENT);
    equivalent::compile(env!("CARGO_PKG_VERSION"), &program)?;
    Ok(program)
}

/// Runs a build, and returns the executables by their names. Shows what the compiler says.
pub fn executables(cargo: CargoBuild) -> Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    for message in cargo.exec()? {
        let message = message?;
        match message.decode()? {
            Message::CompilerMessage(said) => eprintln!("{}", said.message.rendered.unwrap_or_default()),
            Message::CompilerArtifact(artifact) => {
                if let Some(executable) = artifact.executable {
                    found.insert(artifact.target.name.into_owned(), executable.into_owned());
                }
            }
            _ => {}
        }
    }
    Ok(found)
}
