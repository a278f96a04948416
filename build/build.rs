//! The link arguments of the binaries, each with its reason.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The libraries that the crate `libc` and rustc ask for on the targets of the GNU and musl kind.
const C_LIBRARIES: [&str; 8] = ["c", "dl", "gcc", "gcc_eh", "m", "pthread", "rt", "util"];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("build/link");
    println!("cargo::rerun-if-changed={}", folder.display());
    let linker = Linker::of_this_build();
    let is_release = env::var("PROFILE")? == "release";

    // Found before the machine's own, empty libraries make a call into the C library an undefined symbol. For the
    // binaries alone: the tests need the real ones.
    let libraries = PathBuf::from(env::var("OUT_DIR")?).join("no-libc");
    write_empty_archives(&libraries)?;
    link_binaries_with(&format!("-L{}", libraries.display()));

    // No start files and no libraries of the compiler's choice: the entry point is ours.
    linker.compiler_takes("-nostartfiles");
    link_binaries_with("-nostdlib");

    if is_release {
        // Runs at any address and asks for no interpreter that would put it there.
        linker.compiler_takes("-static-pie");
        linker.takes("-pie");
        linker.takes("--no-dynamic-linker");
        linker.takes("--defsym=BASE=0");
    } else {
        // Without the optimiser across crates the code goes through a table of addresses, which somebody would have to
        // relocate. At a fixed address the linker itself can fill it in.
        link_binaries_with("-static");
        link_binaries_with("-no-pie");
        linker.takes("--defsym=BASE=0x200000");
    }

    // The map of the file. On some architectures the linker adds an empty table of addresses, which would be writable.
    if is_release {
        link_binaries_with(&format!("-T{}", folder.join("no-tables.ld").display()));
    }
    link_binaries_with(&format!("-T{}", folder.join("program.ld").display()));

    // No segment for data that is made read-only after relocation: there is neither.
    linker.takes("-znorelro");
    // No note with a hash of the file.
    linker.takes("--build-id=none");
    Ok(())
}

/// What links the binaries: a C compiler, which calls the linker, or the linker itself.
enum Linker {
    CCompiler,
    Itself,
}

impl Linker {
    /// As rustc tells them apart: by the program's name, which a flag or cargo's configuration gave it. Where neither
    /// did, all our targets take a C compiler.
    fn of_this_build() -> Self {
        let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
        let flag = flags.rsplit('\x1f').find_map(|flag| flag.strip_prefix("-Clinker="));
        let linker = flag.map(PathBuf::from).or_else(|| env::var_os("RUSTC_LINKER").map(PathBuf::from));
        match linker.as_deref().and_then(Path::file_name).and_then(|name| name.to_str()) {
            Some("ld.lld" | "rust-lld") => Self::Itself,
            _ => Self::CCompiler,
        }
    }

    /// Hands the linker an argument that a C compiler does not know, by way of that if there is one.
    fn takes(&self, argument: &str) {
        match self {
            Self::CCompiler => link_binaries_with(&format!("-Wl,{argument}")),
            Self::Itself => link_binaries_with(argument),
        }
    }

    /// Hands the C compiler an argument for itself, if there is one.
    fn compiler_takes(&self, argument: &str) {
        match self {
            Self::CCompiler => link_binaries_with(argument),
            Self::Itself => {}
        }
    }
}

/// Hands over an argument that C compilers and linkers both understand.
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
