//! A project for `image`: the files that it reads, with binaries made by hand. Tests may damage any of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The platforms of the table, with the ELF class, byte order and machine of each (`man 5 elf`).
pub const PLATFORMS: [(&str, u8, u8, u16); 8] = [
    ("linux/amd64", 2, 1, 62),
    ("linux/arm64", 2, 1, 183),
    ("linux/arm/v7", 1, 1, 40),
    ("linux/ppc64le", 2, 1, 21),
    ("linux/s390x", 2, 2, 22),
    ("linux/riscv64", 2, 1, 243),
    ("linux/loong64", 2, 1, 258),
    ("linux/386", 1, 1, 3),
];

const MANIFEST: &str = "[package]
name = \"pause\"
description = \"It waits\"
version = \"1.2.3\"
license = \"Apache-2.0\"
repository = \"https://example.org/pause\"
edition = \"2024\"

[package.metadata.init]
description = \"It starts a program\"

[dependencies]
libc = \"0.2\"
";

const LOCK: &str = "version = 4

[[package]]
name = \"libc\"
version = \"0.2.100\"
source = \"registry+https://github.com/rust-lang/crates.io-index\"
checksum = \"a60553f9a9e039a333b4e9b20573b9e9b9c0bb3a11e201ccc48ef4283456d673\"

[[package]]
name = \"pause\"
version = \"1.2.3\"
dependencies = [\"libc\"]
";

const ZOMBIES: &str = "[package]
name = \"zombies\"
description = \"It tells whose zombies these are\"
version = \"0.5.0\"
license = \"Apache-2.0\"
edition = \"2024\"
";

const CRATES: &str = "
[[package]]
name = \"a_crate\"
version = \"1.0.0\"
checksum = \"b60553f9a9e039a333b4e9b20573b9e9b9c0bb3a11e201ccc48ef4283456d673\"

[[package]]
name = \"a_crate\"
version = \"2.0.0+more\"
checksum = \"c60553f9a9e039a333b4e9b20573b9e9b9c0bb3a11e201ccc48ef4283456d673\"
";

/// The libraries in zombies, as `build/hosted.sh` lists them.
const LIBRARIES: &str = "pkg:generic/rust-std@1.95.0\tMIT OR Apache-2.0
pkg:cargo/a_crate@1.0.0\tMIT
pkg:cargo/a_crate@2.0.0+more\tApache-2.0 WITH LLVM-exception OR MIT
";

pub struct Project(TempDir);

impl Project {
    pub fn new() -> Self {
        let project = Self(tempfile::tempdir().expect("a temporary folder"));
        project.write("Cargo.toml", MANIFEST);
        project.write("Cargo.lock", LOCK);
        let rows = PLATFORMS.map(|(name, ..)| format!("[[platform]]\nplatform = \"{name}\"\ntarget = \"t\"\n"));
        project.write("build/platforms.toml", rows.concat());
        for (name, class, order, machine) in PLATFORMS {
            for program in PROGRAMS {
                project.write(&binary_of(name, program), executable(class, order, machine));
            }
        }
        project
    }

    /// A project that also has zombies, for all platforms but linux/s390x.
    pub fn with_zombies() -> Self {
        let project = Self::new();
        project.write("zombies/Cargo.toml", ZOMBIES);
        project.write("Cargo.lock", LOCK.to_owned() + CRATES);
        let row = |name: &str| match name {
            "linux/s390x" => format!("[[platform]]\nplatform = \"{name}\"\n"),
            _ => format!("[[platform]]\nplatform = \"{name}\"\nhosted = \"t\"\n"),
        };
        project.write("build/platforms.toml", PLATFORMS.map(|(name, ..)| row(name)).concat());
        for (name, class, order, machine) in PLATFORMS.into_iter().filter(|row| row.0 != "linux/s390x") {
            project.write(&hosted(name), executable(class, order, machine));
            project.write(&format!("{}.libraries", hosted(name)), LIBRARIES);
        }
        project
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        fs::write(path, bytes).expect("the file is written");
    }

    /// The command `image` for this project.
    pub fn image(&self) -> Command {
        let mut image = Command::new(env!("CARGO_BIN_EXE_image"));
        image.arg("--project").arg(self.0.path()).env_remove("SOURCE_DATE_EPOCH");
        image
    }

    /// Runs `image`, and returns the archive.
    #[track_caller]
    pub fn archive(&self) -> Vec<u8> {
        self.archive_by(&mut self.image())
    }

    /// Like [`archive`](Self::archive), with a changed command.
    #[track_caller]
    pub fn archive_by(&self, image: &mut Command) -> Vec<u8> {
        let output = image.output().expect("it was built");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(self.path("dist/pause-1.2.3.tar")).expect("the archive")
    }

    /// All files in `dist`, by name.
    pub fn outputs(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = fs::read_dir(self.path("dist")).expect("dist").map(|entry| entry.unwrap());
        let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
        let mut files: Vec<_> = files.map(|file| (file.file_name().into(), fs::read(file.path()).unwrap())).collect();
        files.sort();
        files
    }
}

/// The programs, each of which has an image of its own.
pub const PROGRAMS: [&str; 2] = ["pause", "init"];

/// The path of a platform's pause.
pub fn binary(platform: &str) -> String {
    binary_of(platform, PROGRAMS[0])
}

/// The path of a platform's zombies.
pub fn hosted(platform: &str) -> String {
    format!("dist/hosted/{platform}/zombies")
}

/// The path of a platform's binary of this program.
pub fn binary_of(platform: &str, program: &str) -> String {
    format!("dist/binaries/{platform}/{program}")
}

/// An ELF file that has only a header.
pub fn executable(class: u8, order: u8, machine: u16) -> Vec<u8> {
    const EXEC: u16 = 2;
    let half = |value: u16| if order == 1 { value.to_le_bytes() } else { value.to_be_bytes() };
    let (size, header_size_at) = if class == 2 { (64, 52) } else { (52, 40) };
    let mut file = vec![0; size];
    file[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, order, 1]);
    file[16..18].copy_from_slice(&half(EXEC));
    file[18..20].copy_from_slice(&half(machine));
    file[header_size_at..header_size_at + 2].copy_from_slice(&half(size as u16));
    file
}

/// `image` failed, and its only output is one line of error with all of these parts.
#[track_caller]
pub fn assert_error(output: &Output, parts: &[&str]) {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!((output.status.code(), &*stdout), (Some(1), ""), "{stderr}");
    assert!(stderr.starts_with("image: ") && stderr.lines().count() == 1, "{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "{part:?} is missing: {stderr}");
    }
}

/// No temporary file is left.
#[track_caller]
pub fn assert_no_temporary_files(folder: &Path) {
    for entry in fs::read_dir(folder).expect("the folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        assert!(!name.starts_with('.'), "{name} is left behind");
    }
}
