//! The platforms of the image, and how this machine runs those of others.

use crate::{project, tool};
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use testkit::platform::architecture_of_this_machine;

/// A row of `build/platforms.toml`.
pub struct Platform {
    /// The name in the image index: os/architecture/variant.
    pub name: String,
    emulator: String,
}

impl Platform {
    /// Returns all platforms of the table.
    pub fn all() -> Vec<Self> {
        let table = include_str!("../../../build/platforms.toml").parse::<toml::Table>().expect("TOML");
        let rows = table["platform"].as_array().expect("rows");
        let text = |row: &toml::Value, field: &str| row[field].as_str().expect("a string").to_owned();
        rows.iter().map(|row| Self { name: text(row, "platform"), emulator: text(row, "emulator") }).collect()
    }

    /// The platform of this machine.
    pub fn own() -> Self {
        let own = Self::all().into_iter().find(|platform| platform.part(1) == Some(architecture_of_this_machine()));
        own.expect("the table has the platform of this machine")
    }

    /// Part 0 is the operating system, 1 the architecture, 2 the variant if there is one.
    pub fn part(&self, at: usize) -> Option<&str> {
        self.name.split('/').nth(at)
    }

    /// Reads a program for this platform.
    pub fn binary(&self, program: &str) -> Vec<u8> {
        let programs = if program == "zombies" { "dist/hosted" } else { "dist/binaries" };
        fs::read(project::folder().join(programs).join(&self.name).join(program)).expect("it was built")
    }

    /// Builds a `skopeo` command that selects this platform.
    #[track_caller]
    pub fn skopeo(&self, command: &str) -> Command {
        let mut skopeo = tool("skopeo");
        skopeo.arg(command).args(["--override-os", self.part(0).unwrap(), "--override-arch", self.part(1).unwrap()]);
        skopeo.args(self.part(2).map(|variant| format!("--override-variant={variant}")));
        skopeo
    }

    /// The path of its emulator.
    #[track_caller]
    pub fn emulator(&self) -> PathBuf {
        let name = format!("{}-static", self.emulator);
        let path = env::var_os("PATH").unwrap_or_default();
        let found = env::split_paths(&path).map(|folder| folder.join(&name)).find(|path| path.is_file());
        found.unwrap_or_else(|| {
            panic!("{name} is not installed: apt-get install --no-install-recommends qemu-user-static")
        })
    }

    /// The line that registers its emulator with `binfmt_misc` (the kernel's `admin-guide/binfmt-misc.rst`), for files
    /// with the identification, type and machine of the binary. `F` opens the emulator at registration, so that it need
    /// not be in the image.
    #[track_caller]
    pub fn registration(&self) -> String {
        // The identification without its padding, the type and the machine (elf(5)). The types of executables, with a fixed
        // address and without, differ in one bit.
        let mask = |at: usize| match at {
            8..16 => 0x00_u8,
            16..18 => 0xfe,
            _ => 0xff,
        };
        let escaped =
            |bytes: &mut dyn Iterator<Item = u8>| bytes.map(|byte| format!("\\x{byte:02x}")).collect::<String>();
        let magic = escaped(&mut self.binary("pause")[..20].iter().enumerate().map(|(at, byte)| byte & mask(at)));
        let mask = escaped(&mut (0..20).map(mask));
        let name = self.name.replace('/', "-"); // it becomes the name of a file
        format!(":pause-{name}:M::{magic}:{mask}:{}:F", self.emulator().display())
    }
}
