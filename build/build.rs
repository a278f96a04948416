//! The link arguments of the binaries, with the reason for each.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The libraries that the crate `libc` and rustc link on GNU and musl targets.
const C_LIBRARIES: [&str; 8] = ["c", "dl", "gcc", "gcc_eh", "m", "pthread", "rt", "util"];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("build/link");
    println!("cargo::rerun-if-changed={}", folder.display());
    let linker = Linker::of_this_build();
    let is_release = env::var("PROFILE")? == "release";

    // Empty libraries, found before the real ones, make a call to the C library an undefined symbol. For the binaries
    // only: the tests need the real libraries.
    let libraries = PathBuf::from(env::var("OUT_DIR")?).join("no-libc");
    write_empty_archives(&libraries)?;
    link_binaries_with(&format!("-L{}", libraries.display()));

    // No start files and no standard libraries: the entry point is ours.
    linker.pass_to_compiler("-nostartfiles");
    link_binaries_with("-nostdlib");

    if is_release {
        // Position-independent, without a dynamic loader.
        linker.pass_to_compiler("-static-pie");
        linker.pass("-pie");
        linker.pass("--no-dynamic-linker");
        linker.pass("--defsym=BASE=0");
    } else {
        // Without link-time optimisation the code uses a table of addresses, which would need relocation. At a fixed
        // address the linker fills it in.
        link_binaries_with("-static");
        link_binaries_with("-no-pie");
        linker.pass("--defsym=BASE=0x200000");
    }

    // The layout of the file. On some architectures the linker adds an empty, writable table of addresses.
    if is_release {
        link_binaries_with(&format!("-T{}", folder.join("no-tables.ld").display()));
    }
    link_binaries_with(&format!("-T{}", folder.join("program.ld").display()));

    // No segment for data that becomes read-only after relocation: there are no relocations.
    linker.pass("-znorelro");
    // No note with a hash of the file.
    linker.pass("--build-id=none");
    Ok(())
}

/// The program that links the binaries: a C compiler, which runs the linker, or the linker itself.
enum Linker {
    CCompiler,
    Itself,
}

impl Linker {
    /// Decides as rustc does, by the name of the program in the flags or cargo's configuration. The default of all our
    /// targets is a C compiler.
    fn of_this_build() -> Self {
        let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
        let flag = flags.rsplit('\x1f').find_map(|flag| flag.strip_prefix("-Clinker="));
        let linker = flag.map(PathBuf::from).or_else(|| env::var_os("RUSTC_LINKER").map(PathBuf::from));
        match linker.as_deref().and_then(Path::file_name).and_then(|name| name.to_str()) {
            Some("ld.lld" | "rust-lld") => Self::Itself,
            _ => Self::CCompiler,
        }
    }

    /// Passes an argument to the linker, through the C compiler if there is one.
    fn pass(&self, argument: &str) {
        match self {
            Self::CCompiler => link_binaries_with(&format!("-Wl,{argument}")),
            Self::Itself => link_binaries_with(argument),
        }
    }

    /// Passes an argument to the C compiler itself, if there is one.
    fn pass_to_compiler(&self, argument: &str) {
        match self {
            Self::CCompiler => link_binaries_with(argument),
            Self::Itself => {}
        }
    }
}

/// Passes an argument that C compilers and linkers both understand.
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
