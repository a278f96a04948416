//! Who is compared: `pause`, what others use in its place, and a floor that nobody can be below.

use crate::Result;
use std::collections::HashSet;
use std::env::consts::ARCH;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};
use testkit::lone_process_1::Program;
use testkit::programs;

/// The one that all the fuss is about, the one to beat, and the one that cannot be beaten.
pub const PAUSE: &str = "pause";
pub const UPSTREAM: &str = "C equivalent of upstream's";
pub const FLOOR: &str = "floor";

/// The one of the others that is about a container rather than a pod.
pub const INIT: &str = "init";

pub struct Peer {
    /// What tables call it.
    pub name: String,
    /// What it is, in a sentence.
    pub description: String,
    pub version: String,
    pub path: PathBuf,
    /// Its arguments as process 1 of a sandbox.
    arguments: Vec<String>,
    /// The argument that makes it say its version, and leave.
    version_argument: &'static str,
    /// Whether it reaps, and leaves on SIGTERM. The floor does neither.
    pub does_its_duty: bool,
}

impl Peer {
    /// It, as process 1 of a sandbox.
    pub fn sandbox(&self) -> Program {
        Program::new(&self.path, &self.arguments)
    }

    /// It, asked for its version.
    pub fn asked_for_version(&self) -> Program {
        Program::new(&self.path, &[self.version_argument])
    }

    /// The same as [`sandbox`](Self::sandbox), to be started in a whole pod.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// An init with another child.
    pub fn with_child(&self, child: &str) -> Program {
        Program::new(&self.path, &["--", child])
    }

    /// All of their command line, for a process that starts the same.
    pub fn words(&self) -> Vec<String> {
        [self.path.display().to_string()].into_iter().chain(self.arguments.iter().cloned()).collect()
    }
}

/// All of them, `pause` first; `extra` are names and paths of more.
pub fn all(extra: &[(String, PathBuf)]) -> Result<Vec<Peer>> {
    let target = target()?;
    let floor = floor(&target)?;
    let child = ["--", floor.to_str().ok_or(NOT_UTF8)?];

    let mut peers = vec![
        peer(PAUSE, "this project's, the release build for this machine", programs::path("pause").into(), &[], "-v"),
        peer(
            UPSTREAM,
            &format!("written for this bench, built as upstream builds its own ({BUILD})"),
            upstream(&target)?,
            &[],
            "-v",
        ),
        peer(
            "catatonit -P",
            "Debian's, in the mode that podman has for this",
            installed("catatonit")?,
            &["-P"],
            "--version",
        ),
        peer(
            "tini",
            "Debian's tini-static, with the floor as its child",
            installed("tini-static")?,
            &child,
            "--version",
        ),
        peer("dumb-init", "Debian's, with the floor as its child", installed("dumb-init")?, &child, "--version"),
    ];
    peers.extend(extra.iter().map(|(name, path)| peer(name, "given by --peer", path.clone(), &[], "-v")));
    let mut floor = peer(
        FLOOR,
        &format!("a program for {ARCH} that only sleeps; it reaps nothing and hears no signal"),
        floor,
        &[],
        "-v",
    );
    floor.does_its_duty = false;
    peers.push(floor);

    let mut names = HashSet::new();
    if let Some(peer) = peers.iter().find(|peer| !names.insert(peer.name.clone())) {
        return Err(format!("there are two peers of the name {}", peer.name).into());
    }
    with_versions(peers)
}

/// `init` and those that it can take the place of, each with the floor as its child.
pub fn inits() -> Result<Vec<Peer>> {
    let floor = floor(&target()?)?;
    let child = ["--", floor.to_str().ok_or(NOT_UTF8)?];
    let mut peers =
        vec![peer(INIT, "this project's, for this machine", programs::path("init").into(), &child, "--version")];
    for name in ["tini", "tini-static", "dumb-init", "catatonit"] {
        peers.push(peer(name, "Debian's", installed(name)?, &child, "--version"));
    }
    with_versions(peers)
}

fn with_versions(mut peers: Vec<Peer>) -> Result<Vec<Peer>> {
    for peer in &mut peers {
        peer.version = version(peer)?;
    }
    Ok(peers)
}

fn peer(name: &str, description: &str, path: PathBuf, arguments: &[&str], version_argument: &'static str) -> Peer {
    Peer {
        name: name.into(),
        description: description.into(),
        version: String::new(),
        path,
        arguments: arguments.iter().map(|&argument| argument.into()).collect(),
        version_argument,
        does_its_duty: true,
    }
}

const NOT_UTF8: &str = "the path of this project is not UTF-8";

/// Where what is built for the bench lies.
fn target() -> Result<PathBuf> {
    let target = env::current_exe()?.parent().expect("it lies in a folder").join("peers");
    fs::create_dir_all(&target)?;
    Ok(target)
}

/// How upstream builds its own, and so how its equivalent is built; then it is stripped.
const BUILD: &str = "cc -Os -Wall -Werror -static";

fn upstream(target: &Path) -> Result<PathBuf> {
    let program = target.join("upstream_equivalent");
    let mut words = BUILD.split(' ');
    let mut compile = Command::new(words.next().expect("a compiler"));
    compile.args(words).arg(format!("-DVERSION=\"{}\"", env!("CARGO_PKG_VERSION")));
    succeed(compile.arg("-o").arg(&program).arg(source("upstream_equivalent.c")))?;
    succeed(Command::new("strip").arg(&program))?;
    Ok(program)
}

fn floor(target: &Path) -> Result<PathBuf> {
    let (object, program) = (target.join("floor.o"), target.join("floor"));
    succeed(Command::new("cc").arg("-c").arg("-o").arg(&object).arg(source("floor.S")))?;
    // What the assembler was told to write, and no more.
    succeed(Command::new("objcopy").args(["-O", "binary", "-j", ".text"]).args([&object, &program]))?;
    fs::set_permissions(&program, Permissions::from_mode(0o755))?;
    Ok(program)
}

/// Builds a child that tells the time when it is executed, and whenever SIGUSR1 has reached it.
pub fn clock() -> Result<String> {
    let program = target()?.join("clock");
    succeed(Command::new("cc").args(["-static", "-nostdlib", "-o"]).arg(&program).arg(source("clock.S")))?;
    Ok(program.to_str().ok_or(NOT_UTF8)?.to_owned())
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(name)
}

fn succeed(command: &mut Command) -> Result<()> {
    let name = command.get_program().display().to_string();
    let status =
        command.status().map_err(|error| format!("{name} cannot be executed: {error}; `make bench` installs it"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed: {status}").into()) }
}

/// Where the program of this name is installed.
fn installed(name: &str) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).map(|folder| folder.join(name));
    Ok(places.find(|place| place.exists()).ok_or_else(|| format!("{name} is not installed; `make bench` does that"))?)
}

/// What it says its version is, on whichever stream; nothing for the floor, which says nothing.
fn version(peer: &Peer) -> Result<String> {
    let output = Command::new(&peer.path)
        .arg(peer.version_argument)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{} cannot be executed: {error}", peer.path.display()))?;
    let said = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&said).lines().next().unwrap_or_default().trim().to_owned())
}
