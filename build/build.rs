//! The link arguments of the binaries, each with its reason.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The libraries that the crate `libc` and rustc ask for on the targets of the GNU and musl kind.
const C_LIBRARIES: [&str; 8] = ["c", "dl", "gcc", "gcc_eh", "m", "pthread", "rt", "util"];

fn main() -> Result<(), Box<dyn Error>> {
    let map = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("build/freestanding.ld");
    println!("cargo::rerun-if-changed=build/build.rs");
    println!("cargo::rerun-if-changed={}", map.display());

    // Found before the machine's own, empty libraries make a call into the C library an undefined symbol. For the
    // binaries alone: the tests need the real ones.
    let libraries = PathBuf::from(env::var("OUT_DIR")?).join("no-libc");
    write_empty_archives(&libraries)?;
    link_binaries_with(&format!("-L{}", libraries.display()));

    // No start files and no libraries of the compiler's choice: the entry point is ours.
    link_binaries_with("-nostartfiles");
    link_binaries_with("-nostdlib");

    // The map of the file.
    link_binaries_with(&format!("-T{}", map.display()));

    if env::var("PROFILE")? == "release" {
        // Runs at any address and asks for no interpreter that would put it there.
        link_binaries_with("-static-pie");
        link_binaries_with("-Wl,--no-dynamic-linker");
        link_binaries_with("-Wl,--defsym=BASE=0");
    } else {
        // Without the optimiser across crates the code goes through a table of addresses, which somebody would have to
        // relocate. At a fixed address the linker itself can fill it in.
        link_binaries_with("-static");
        link_binaries_with("-no-pie");
        link_binaries_with("-Wl,--defsym=BASE=0x200000");
    }

    // No segment for data that is made read-only after relocation: there is neither.
    link_binaries_with("-Wl,-z,norelro");
    // No note with a hash of the file.
    link_binaries_with("-Wl,--build-id=none");
    Ok(())
}

fn link_binaries_with(argument: &str) {
    println!("cargo::rustc-link-arg-bins={argument}");
}

fn write_empty_archives(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for library in C_LIBRARIES {
        fs::write(folder.join(format!("lib{library}.a")), "!<arch>\n")?;
    }
    Ok(())
}
