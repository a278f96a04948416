//! A compiled binary, as `image` reads it: refused in one sentence, or taken byte for byte if its header says that it is an
//! executable for that platform.

use super::assert_one_line;
use image::binary;
use image::metadata::Kind;
use image::platforms::{self, Platform};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

static PLATFORMS: LazyLock<Vec<Platform>> = LazyLock::new(|| {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../build/platforms.toml");
    platforms::read(&table).expect("the table of the project is valid")
});

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    let file = super::file(bytes);
    for platform in PLATFORMS.iter() {
        let is_of_platform = is_executable_of(bytes, platform);
        match binary::read(file.path(), platform, Kind::Freestanding) {
            Ok(read) => {
                assert!(is_of_platform, "it was taken for {platform}");
                assert_eq!(read, bytes);
                assert_eq!(read, fs::read(file.path()).expect("it is still there"));
            }
            Err(error) => {
                assert_one_line(&error);
                let next = format!("; build it: build/binaries.sh {platform}");
                assert!(error.to_string().ends_with(&next), "{error}");
            }
        }
    }
}

/// Whether the header says so (`man 5 elf`). Other parts of the file may be damaged.
fn is_executable_of(bytes: &[u8], platform: &Platform) -> bool {
    let machine = platform.machine().expect("each platform of the table has one");
    let number = |at: usize| match (bytes.get(at..at + 2), machine.is_little_endian) {
        (Some([low, high]), true) | (Some([high, low]), false) => u16::from_be_bytes([*high, *low]),
        _ => 0,
    };
    let class = machine.bits / 32;
    let data = if machine.is_little_endian { 1 } else { 2 };
    bytes.starts_with(&[0x7f, b'E', b'L', b'F', class, data])
        && matches!(number(16), 2 | 3) // ET_EXEC, ET_DYN
        && number(18) == machine.number
}
