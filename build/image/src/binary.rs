//! Reads a compiled binary, and checks that it is an executable for its platform.

use crate::metadata::Kind;
use crate::platforms::{Machine, Platform};
use anyhow::{Result, anyhow, bail};
use goblin::elf::Elf;
use goblin::elf::header::{ET_DYN, ET_EXEC, machine_to_str};
use std::path::Path;
use std::{fmt, fs};

/// Reads the binary of `platform` at `path`, which the script of its kind has built.
///
/// # Errors
/// If it is missing, truncated, or not an executable for that platform: otherwise only a node's loader would notice.
pub fn read(path: &Path, platform: &Platform, kind: Kind) -> Result<Vec<u8>> {
    let script = kind.script();
    check(path, platform).map_err(|error| anyhow!("{} {error}; build it: {script} {platform}", path.display()))
}

fn check(path: &Path, platform: &Platform) -> Result<Vec<u8>> {
    let bytes = fs::read(path).map_err(|error| anyhow!("cannot be read: {error}"))?;
    let elf = Elf::parse(&bytes).map_err(|error| anyhow!("is not a whole ELF file: {error}"))?;
    if !matches!(elf.header.e_type, ET_EXEC | ET_DYN) {
        bail!("is not an executable");
    }
    let bits = if elf.is_64 { 64 } else { 32 };
    let machine = Machine { bits, is_little_endian: elf.little_endian, number: elf.header.e_machine };
    if Some(machine) != platform.machine() {
        bail!("is for another machine than {platform}: {machine}");
    }
    Ok(bytes)
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let end = if self.is_little_endian { "little" } else { "big" };
        write!(f, "{}, {} bits, {end}-endian", machine_to_str(self.number), self.bits)
    }
}
