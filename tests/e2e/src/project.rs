//! The project under test: its folder, its Cargo manifest and its image.

use cargo_toml::{Manifest, Package};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, OnceLock};

/// Returns the folder of the project.
pub fn folder() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        folder.canonicalize().expect("the folder of the workspace")
    });
    &FOLDER
}

/// The package `pause` of its Cargo manifest.
pub fn package() -> &'static Package {
    static MANIFEST: LazyLock<Manifest> =
        LazyLock::new(|| Manifest::from_path(folder().join("Cargo.toml")).expect("Cargo.toml can be read"));
    MANIFEST.package()
}

/// The default name of the image of `pause`.
pub fn reference() -> &'static str {
    static REFERENCE: LazyLock<String> = LazyLock::new(|| format!("pause.localhost/pause:{}", package().version()));
    &REFERENCE
}

/// The name of the image whose entrypoint has `--guard`.
pub fn guarded_reference() -> &'static str {
    static REFERENCE: LazyLock<String> = LazyLock::new(|| format!("{}-guard", reference()));
    &REFERENCE
}

/// The path of that image's archive, next to the other archive.
pub fn guarded(archive: &str) -> String {
    archive.replace(".tar", "-guard.tar")
}

/// The name of the image of `init`.
pub fn init_reference() -> &'static str {
    static REFERENCE: LazyLock<String> = LazyLock::new(|| format!("pause.localhost/init:{}", package().version()));
    &REFERENCE
}

/// The path of that image's archive, next to the archive of `pause`.
pub fn of_init(archive: &str) -> String {
    let (folder, name) = archive.rsplit_once("/pause-").expect("the name of an archive");
    format!("{folder}/init-{name}")
}

/// Builds the binaries if they are out of date, and makes the archives of the images in a folder, once in each process.
/// Returns the path of the archive.
#[track_caller]
pub fn archive(parent: &str) -> &'static str {
    static ARCHIVE: OnceLock<String> = OnceLock::new();
    ARCHIVE.get_or_init(|| make_archive(Path::new(parent)))
}

fn make_archive(parent: &Path) -> String {
    output(&mut Command::new(folder().join("build/binaries.sh")));
    let dist = assemble(&parent.join("image"), "binaries", &["--reference", reference()]);
    path(dist.join(format!("pause-{}.tar", package().version())))
}

/// Assembles images of the programs in a folder of `dist`, in a copy of the project, because `dist` may have a user's archive.
/// Returns the copy's folder `dist`.
fn assemble(copy: &Path, programs: &str, arguments: &[&str]) -> PathBuf {
    _ = fs::remove_dir_all(copy);
    for name in ["Cargo.toml", "Cargo.lock", "build/platforms.toml", "zombies/Cargo.toml"] {
        fs::create_dir_all(copy.join(name).parent().expect("a folder")).expect("a folder can be made");
        fs::copy(folder().join(name), copy.join(name)).expect("a file can be copied");
    }
    let dist = copy.join("dist");
    fs::create_dir(&dist).expect("a folder can be made");
    symlink(folder().join("dist").join(programs), dist.join(programs)).expect("a link can be made");
    let mut image = Command::new(env!("CARGO"));
    image.args(["run", "--quiet", "--package", "image", "--"]).args(arguments).arg("--project").arg(copy);
    output(image.current_dir(folder()).env_remove("SOURCE_DATE_EPOCH"));
    dist
}

fn path(path: PathBuf) -> String {
    path.into_os_string().into_string().expect("a path in UTF-8")
}

/// Builds the OCI runtime that puts init into containers, once in each process. Returns its path.
#[track_caller]
pub fn oci_init() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| build("oci-init"))
}

/// Builds the plugin that does the same, once in each process. Returns its path.
#[track_caller]
pub fn init_nri() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| build("init-nri"))
}

/// Builds a program of a package of the same name.
#[track_caller]
fn build(package: &str) -> PathBuf {
    let mut build = Command::new(env!("CARGO"));
    output(build.args(["build", "--quiet", "--release", "--package", package]).current_dir(folder()));
    folder().join("target/release").join(package)
}

/// Builds `zombies` as `make build` does, once in each process. Returns its path.
#[track_caller]
pub fn zombies() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["rustc", "--quiet", "--release", "--package=zombies", "--bin=zombies", "--"]);
        output(build.arg("-Ctarget-feature=+crt-static").current_dir(folder()));
        folder().join("target/release/zombies")
    })
}

/// The image of zombies, for the platforms that this machine can build it for.
pub struct ZombiesImage {
    /// The path of its archive.
    pub archive: String,
    /// The names of the platforms.
    pub platforms: Vec<String>,
}

/// The name of the image of `zombies`.
pub fn zombies_reference() -> &'static str {
    static REFERENCE: LazyLock<String> =
        LazyLock::new(|| format!("pause.localhost/zombies:{}", package_of_zombies().version()));
    &REFERENCE
}

/// The package `zombies`.
pub fn package_of_zombies() -> &'static Package {
    static MANIFEST: LazyLock<Manifest> =
        LazyLock::new(|| Manifest::from_path(folder().join("zombies/Cargo.toml")).expect("Cargo.toml can be read"));
    MANIFEST.package()
}

/// Builds the image of zombies in a folder, once in each process. Returns `None`, and says so, if there is no rustup.
#[track_caller]
pub fn zombies_image(parent: &str) -> Option<&'static ZombiesImage> {
    static IMAGE: OnceLock<Option<ZombiesImage>> = OnceLock::new();
    IMAGE.get_or_init(|| make_zombies_image(Path::new(parent))).as_ref()
}

fn make_zombies_image(parent: &Path) -> Option<ZombiesImage> {
    if !Command::new("rustup").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("tested without the image of zombies, which needs rustup");
        return None;
    }
    let built = output(Command::new(folder().join("build/hosted.sh")).args(["--only", "zombies"]));
    let built = String::from_utf8(built).expect("UTF-8");
    let platform = |line: &str| Some(line.strip_prefix("dist/hosted/")?.split_once("/zombies:")?.0.to_owned());
    let platforms: Vec<String> = built.lines().filter_map(platform).collect();
    let names = platforms.join(" ");
    let arguments = ["--zombies", "--reference", zombies_reference(), "--platforms", &names];
    let dist = assemble(&parent.join("zombies-image"), "hosted", &arguments);
    // Its name says whether it lacks a platform.
    let mut archives = fs::read_dir(dist).expect("the folder can be read").map(|entry| entry.expect("an entry").path());
    let archive = archives.find(|path| path.extension().is_some_and(|extension| extension == "tar"));
    Some(ZombiesImage { archive: path(archive.expect("an archive")), platforms })
}

/// Runs a command, which must succeed, and returns its standard output.
#[track_caller]
pub fn output(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
