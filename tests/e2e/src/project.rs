//! The project under test: its folder, what its manifest says, and its image.

use cargo_toml::{Manifest, Package};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Its folder.
pub fn folder() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        folder.canonicalize().expect("this crate is in a folder of the project")
    });
    &FOLDER
}

/// What its manifest says of `pause`.
pub fn package() -> &'static Package {
    static MANIFEST: LazyLock<Manifest> =
        LazyLock::new(|| Manifest::from_path(folder().join("Cargo.toml")).expect("it can be read"));
    MANIFEST.package()
}

/// What the image is called if nobody says otherwise.
pub fn reference() -> &'static str {
    static REFERENCE: LazyLock<String> = LazyLock::new(|| format!("localhost/pause:{}", package().version()));
    &REFERENCE
}

/// What the image is called whose entrypoint has `--guard`.
pub fn guarded_reference() -> &'static str {
    static REFERENCE: LazyLock<String> = LazyLock::new(|| format!("{}-guard", reference()));
    &REFERENCE
}

/// Where the archive of the image with that entrypoint is, beside the other one.
pub fn guarded(archive: &str) -> String {
    archive.replace(".tar", "-guard.tar")
}

/// Makes the archive of the image in `parent`, of binaries that are built if they are not there as they should be.
#[track_caller]
pub fn archive(parent: &Path) -> String {
    output(&mut Command::new(folder().join("build/binaries.sh")));
    // In a folder of its own: what is in `dist` is somebody else's.
    let copy = parent.join("image");
    _ = fs::remove_dir_all(&copy);
    for name in ["Cargo.toml", "Cargo.lock", "build/platforms.toml"] {
        fs::create_dir_all(copy.join(name).parent().expect("a folder")).expect("a folder can be made");
        fs::copy(folder().join(name), copy.join(name)).expect("it can be copied");
    }
    fs::create_dir(copy.join("dist")).expect("a folder can be made");
    symlink(folder().join("dist/binaries"), copy.join("dist/binaries")).expect("a link can be made");
    let mut image = Command::new(env!("CARGO"));
    image.args(["run", "--quiet", "--package", "image", "--", "--reference", reference(), "--project"]).arg(&copy);
    output(image.current_dir(folder()).env_remove("SOURCE_DATE_EPOCH"));
    let archive = copy.join(format!("dist/pause-{}.tar", package().version()));
    archive.into_os_string().into_string().expect("the project is in a folder with a plain name")
}

/// Runs a command to a good end, and returns what it said.
#[track_caller]
pub fn output(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
