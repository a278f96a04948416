//! A compiled binary, read and looked at before it is shipped: is it an executable, and one for its platform?

use crate::Result;
use crate::platforms::{Machine, Platform};
use goblin::elf::Elf;
use goblin::elf::header::{ET_DYN, ET_EXEC, machine_to_str};
use std::fmt;
use std::fs;
use std::path::Path;

/// Reads the binary of `platform` at `path`.
///
/// # Errors
/// Where it is not there, or not an executable for that platform, or cut off: the loader of a node would find out late.
pub fn read(path: &Path, platform: &Platform) -> Result<Vec<u8>> {
    let wrong =
        |fault: &dyn fmt::Display| format!("{} {fault}; build it: build/binaries.sh {platform}", path.display());
    let bytes = fs::read(path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    let elf = Elf::parse(&bytes).map_err(|error| wrong(&format!("is not a whole ELF file: {error}")))?;
    if !matches!(elf.header.e_type, ET_EXEC | ET_DYN) {
        return Err(wrong(&"is not an executable").into());
    }
    let machine = Machine {
        bits: if elf.is_64 { 64 } else { 32 },
        is_little_endian: elf.little_endian,
        number: elf.header.e_machine,
    };
    if Some(machine) != platform.machine() {
        return Err(wrong(&format!("is for another machine than {platform}: {machine}")).into());
    }
    Ok(bytes)
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let end = if self.is_little_endian { "little" } else { "big" };
        write!(f, "{}, {} bits, {end}-endian", machine_to_str(self.number), self.bits)
    }
}
