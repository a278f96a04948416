//! The table of platforms, and the ELF machine of each.

use anyhow::{Result, anyhow, bail};
use goblin::elf::header::{EM_386, EM_AARCH64, EM_ARM, EM_LOONGARCH, EM_MIPS, EM_PPC64, EM_RISCV, EM_S390, EM_X86_64};
use oci_spec::image::{Arch, Os, PlatformBuilder};
use serde::Deserialize;
use std::path::Path;
use std::{env, fmt, fs};

/// An architecture and its variant, as images name them; the operating system is Linux.
///
/// The table has a variant for arm only, the one architecture whose variants cannot run each other's programs. It has
/// `linux/arm64` without one: containerd and Docker normalize `linux/arm64/v8` to that before they compare
/// (`platforms.Normalize`), and tools that compare without normalizing would not find the longer name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// The architecture.
    pub arch: Arch,
    /// The variant of the architecture, such as `v7`.
    pub variant: Option<String>,
    /// Whether rustup has a standard library for static programs of it.
    pub has_library: bool,
}

/// The machine in the header of an ELF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// 32 or 64.
    pub bits: u8,
    /// The byte order.
    pub is_little_endian: bool,
    /// `e_machine`.
    pub number: u16,
}

/// Reads the table, a file with one `[[platform]]` for each.
pub fn read(path: &Path) -> Result<Vec<Platform>> {
    #[derive(Deserialize)]
    struct Table {
        platform: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
        platform: String,
        hosted: Option<String>,
    }
    let cannot = |error: &dyn fmt::Display| {
        anyhow!("{} cannot be read: {error}; it needs a [[platform]] with `platform = …` for each", path.display())
    };
    let text = fs::read_to_string(path).map_err(|error| cannot(&error))?;
    let table: Table = toml::from_str(&text).map_err(|error| cannot(&error.message()))?;
    let mut platforms = Vec::new();
    for Row { platform: name, hosted } in table.platform {
        let file = path.display();
        let Some(mut platform) = parse(&name) else {
            bail!("{file}: {name:?} is no platform; name it as Go does, such as linux/arm64 or linux/arm/v7");
        };
        platform.has_library = hosted.is_some();
        if platforms.iter().any(|other: &Platform| other.to_string() == name) {
            bail!("{file}: {name} is there twice; take one of them out");
        }
        platforms.push(platform);
    }
    if platforms.is_empty() { Err(cannot(&"it has no platform")) } else { Ok(platforms) }
}

/// Returns the platforms of these names, in the order of the table; all of them if there are no names.
pub fn select(table: &[Platform], names: &[String]) -> Result<Vec<Platform>> {
    if let Some(name) = names.iter().find(|name| !table.iter().any(|platform| platform.to_string() == **name)) {
        let all: Vec<String> = table.iter().map(Platform::to_string).collect();
        bail!("there is no platform {name:?}; choose from {}", all.join(" "));
    }
    let is_selected = |platform: &&Platform| names.is_empty() || names.contains(&platform.to_string());
    Ok(table.iter().filter(is_selected).cloned().collect())
}

/// Parses a name such as `linux/arm/v7`. Returns nothing for a platform whose ELF machine is unknown.
fn parse(name: &str) -> Option<Platform> {
    let (arch, variant) = match name.split('/').collect::<Vec<_>>()[..] {
        ["linux", arch] => (arch, None),
        ["linux", arch, variant] if !variant.is_empty() => (arch, Some(variant.to_owned())),
        _ => return None,
    };
    let platform = Platform { arch: arch.into(), variant, has_library: false };
    platform.machine().is_some().then_some(platform)
}

impl Platform {
    /// The machine of its executables, for every architecture on which Go supports Linux.
    pub fn machine(&self) -> Option<Machine> {
        let (bits, is_little_endian, number) = match self.arch {
            Arch::i386 => (32, true, EM_386),
            Arch::Amd64 => (64, true, EM_X86_64),
            Arch::ARM => (32, true, EM_ARM),
            Arch::ARM64 => (64, true, EM_AARCH64),
            Arch::LoongArch64 => (64, true, EM_LOONGARCH),
            Arch::Mips => (32, false, EM_MIPS),
            Arch::Mipsle => (32, true, EM_MIPS),
            Arch::Mips64 => (64, false, EM_MIPS),
            Arch::Mips64le => (64, true, EM_MIPS),
            Arch::PowerPC64 => (64, false, EM_PPC64),
            Arch::PowerPC64le => (64, true, EM_PPC64),
            Arch::RISCV64 => (64, true, EM_RISCV),
            Arch::s390x => (64, false, EM_S390),
            _ => return None,
        };
        Some(Machine { bits, is_little_endian, number })
    }

    /// Whether this machine is of this platform.
    pub fn is_this_machine(&self) -> bool {
        match env::consts::ARCH {
            "x86" => self.arch == Arch::i386,
            "loongarch64" => self.arch == Arch::LoongArch64,
            _ => self.arch == Arch::default(),
        }
    }

    /// The platform for a descriptor.
    pub fn in_descriptor(&self) -> Result<oci_spec::image::Platform> {
        let platform = PlatformBuilder::default().os(Os::Linux).architecture(self.arch.clone());
        Ok(match &self.variant {
            Some(variant) => platform.variant(variant.as_str()),
            None => platform,
        }
        .build()?)
    }

    /// The name for a file: `linux-arm-v7`.
    pub fn file_name(&self) -> String {
        self.to_string().replace('/', "-")
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.variant {
            Some(variant) => f.pad(&format!("linux/{}/{variant}", self.arch)),
            None => f.pad(&format!("linux/{}", self.arch)),
        }
    }
}
