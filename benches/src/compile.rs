//! Compiles the programs in benches/peers, and finds installed ones.

use anyhow::{Context, Result, ensure};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use testkit::equivalent;

/// Compiles a program that does the same as upstream's `pause`, and strips it like upstream. Returns its path.
pub fn upstream() -> Result<PathBuf> {
    let program = path_of_compiled("upstream_equivalent")?;
    equivalent::compile(env!("CARGO_PKG_VERSION"), &program).context("`make bench` installs the compiler")?;
    run(Command::new("strip").arg(&program))?;
    Ok(program)
}

/// Makes a program that only sleeps. Returns its path.
pub fn floor() -> Result<PathBuf> {
    let (object, program) = (path_of_compiled("floor.o")?, path_of_compiled("floor")?);
    run(Command::new("cc").arg("-c").arg("-o").arg(&object).arg(source("floor.S")))?;
    // The source contains the ELF header, so the assembled bytes are the whole program: it is not linked.
    run(Command::new("objcopy").args(["-O", "binary", "-j", ".text"]).args([&object, &program]))?;
    fs::set_permissions(&program, Permissions::from_mode(0o755))?;
    Ok(program)
}

/// Compiles a program that writes the time when it is executed, and again at each SIGUSR1. Returns its path.
pub fn clock() -> Result<PathBuf> {
    let program = path_of_compiled("clock")?;
    run(Command::new("cc").args(["-static", "-nostdlib", "-o"]).arg(&program).arg(source("clock.S")))?;
    Ok(program)
}

fn path_of_compiled(name: &str) -> Result<PathBuf> {
    let folder = env::current_exe()?.with_file_name("peers");
    fs::create_dir_all(&folder)?;
    Ok(folder.join(name))
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(name)
}

fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().display().to_string();
    let status = command.status().with_context(|| format!("{name} cannot be executed (`make bench` installs it)"))?;
    ensure!(status.success(), "{name} failed: {status}");
    Ok(())
}

/// Returns the path of an installed program.
pub fn installed(name: &str) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).map(|folder| folder.join(name));
    places.find(|place| place.exists()).with_context(|| format!("{name} is not installed; `make bench` installs it"))
}
