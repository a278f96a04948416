//! A copy of the project in which sources are spoiled, and the programs that are built from it.

use anyhow::{Context, Result, bail};
use escargot::CargoBuild;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs that are built from `src/`.
pub const PROGRAMS: [&str; 2] = ["pause", "init"];

/// The copy.
pub struct Tree {
    folder: PathBuf,
    /// The platform that is built for. `None` for this machine's, by cargo alone.
    platform: Option<String>,
}

/// What came of a build.
pub enum Built {
    /// The compiler or the linker refused the sources.
    Refused,
    /// The programs.
    Programs([Vec<u8>; 2]),
}

impl Tree {
    /// Copies all files of the project that git does not ignore to `folder`, which is made anew.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn copy(project: &Path, folder: &Path, platform: Option<String>) -> Result<Self> {
        if folder.join("src").exists() {
            fs::remove_dir_all(folder.join("src"))?;
        }
        let listed = Command::new("git")
            .arg("-C")
            .arg(project)
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .output()?;
        if !listed.status.success() {
            bail!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
        }
        for name in String::from_utf8(listed.stdout)?.split_terminator('\0') {
            let (from, to) = (project.join(name), folder.join(name));
            fs::create_dir_all(to.parent().context("a file is in a folder")?)?;
            fs::copy(&from, &to).with_context(|| format!("{} cannot be copied", from.display()))?;
        }
        Ok(Self { folder: folder.to_owned(), platform })
    }

    /// Writes a source.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, file: &str, text: &str) -> Result<()> {
        Ok(fs::write(self.folder.join(file), text)?)
    }

    /// Builds the programs.
    ///
    /// # Errors
    /// Cargo cannot be started, or a program cannot be read.
    pub fn build(&self) -> Result<Built> {
        let (is_good, programs) = match &self.platform {
            Some(platform) => {
                let mut script = Command::new(self.folder.join("build/binaries.sh"));
                (script.arg(platform).output()?.status.success(), self.folder.join("dist/binaries").join(platform))
            }
            None => (self.build_by_cargo(), self.folder.join("target/release")),
        };
        if !is_good {
            return Ok(Built::Refused);
        }
        let [pause, init] = PROGRAMS.map(|program| fs::read(programs.join(program)));
        Ok(Built::Programs([pause?, init?]))
    }

    fn build_by_cargo(&self) -> bool {
        let built = CargoBuild::new()
            .manifest_path(self.folder.join("Cargo.toml"))
            .target_dir(self.folder.join("target"))
            .package("pause")
            .bins()
            .release()
            .args(["--quiet"])
            .exec();
        // The messages are read to the end: some of them are the compiler's errors.
        built.is_ok_and(|messages| messages.fold(true, |all, message| all & message.is_ok()))
    }

    /// Runs the unit tests of the spoiled library. Returns whether they pass. They are those of this machine.
    ///
    /// # Errors
    /// Cargo cannot be started.
    pub fn unit_tests_pass(&self) -> Result<bool> {
        let tests = |mut cargo: Command| {
            cargo.args(["test", "--quiet", "--package", "pause", "--lib", "--target-dir"]);
            cargo.arg(self.folder.join("target")).current_dir(&self.folder);
            cargo
        };
        // The compiler may need long on a busy machine. A spoiled loop may have no end.
        let mut limited = Command::new("timeout");
        limited.args(["--kill-after=5", "30", "cargo"]);
        let is_built = tests(Command::new("cargo")).arg("--no-run").output()?.status.success();
        Ok(is_built && tests(limited).output()?.status.success())
    }
}
