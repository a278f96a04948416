//! The programs that are compared: `pause` and `init`, others with the same purpose, and the floor, a program that only
//! sleeps.

use crate::compile::{self, installed};
use anyhow::{Context, Result, ensure};
use serde::Serialize;
use std::collections::HashSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use testkit::equivalent::OPTIONS;
use testkit::lone_process_1::Program;
use testkit::programs;

pub const PAUSE: &str = "pause";
pub const INIT: &str = "init";
const UPSTREAM: &str = "C equivalent of upstream's";
pub const FLOOR: &str = "floor";

#[derive(Serialize)]
pub struct Peer {
    pub name: String,
    description: String,
    version: String,
    #[serde(skip)]
    pub path: PathBuf,
    /// Its arguments as process 1 of a sandbox.
    #[serde(skip)]
    arguments: Vec<String>,
    /// The argument with which it prints its version and exits.
    #[serde(skip)]
    version_argument: &'static str,
}

impl Peer {
    fn new(
        name: &str,
        description: &str,
        path: PathBuf,
        arguments: &[&str],
        version_argument: &'static str,
    ) -> Result<Self> {
        let output = Command::new(&path)
            .arg(version_argument)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("{} cannot be executed", path.display()))?;
        // Some print it to standard error; the floor prints nothing.
        let text = [output.stdout, output.stderr].concat();
        Ok(Self {
            name: name.into(),
            description: description.into(),
            version: String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().into(),
            path,
            arguments: arguments.iter().map(|&argument| argument.into()).collect(),
            version_argument,
        })
    }

    /// The program as process 1 of a sandbox.
    pub fn sandbox(&self) -> Program {
        Program::new(&self.path, &self.arguments)
    }

    /// The same program as [`sandbox`](Self::sandbox), for a pod.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The program, printing its version.
    pub fn print_version(&self) -> Program {
        Program::new(&self.path, &[self.version_argument])
    }

    /// Whether it is the floor, which neither reaps nor handles signals.
    pub fn is_floor(&self) -> bool {
        self.name == FLOOR
    }

    /// Name, description and version in one line.
    pub fn summary(&self) -> String {
        format!("{:<27} {}: {}", self.name, self.description, self.version)
    }
}

/// `pause` and its peers; `extra` are the names and paths of additional ones.
pub fn pauses(extra: &[(String, PathBuf)]) -> Result<Vec<Peer>> {
    let floor = compile::floor()?;
    let child = ["--", floor.to_str().context(NOT_UTF8)?];
    let of_upstream =
        format!("written for this benchmark, compiled as upstream compiles its own (cc {})", OPTIONS.join(" "));
    let mut peers = vec![
        Peer::new(PAUSE, "the release build of this project", programs::path("pause").into(), &[], "-v")?,
        Peer::new(UPSTREAM, &of_upstream, compile::upstream()?, &[], "-v")?,
    ];
    for (name, program, arguments, description) in [
        ("catatonit -P", "catatonit", &["-P"][..], "Debian's package, in its mode for podman's pause process"),
        ("tini", "tini-static", &child, "Debian's package, with the floor as its child"),
        ("dumb-init", "dumb-init", &child, "Debian's package, with the floor as its child"),
    ] {
        peers.push(Peer::new(name, description, installed(program)?, arguments, "--version")?);
    }
    for (name, path) in extra {
        peers.push(Peer::new(name, "given by --peer", path.clone(), &[], "-v")?);
    }
    peers.push(Peer::new(FLOOR, "a program that only sleeps: it neither reaps nor handles signals", floor, &[], "-v")?);

    let mut names = HashSet::new();
    for peer in &peers {
        ensure!(names.insert(&peer.name), "two peers have the name {}", peer.name);
    }
    Ok(peers)
}

/// `init` and its peers, each with the floor as its child.
pub fn inits() -> Result<Vec<Peer>> {
    let floor = compile::floor()?;
    let child = ["--", floor.to_str().context(NOT_UTF8)?];
    let mut peers =
        vec![Peer::new(INIT, "the release build of this project", programs::path("init").into(), &child, "--version")?];
    for name in ["tini", "tini-static", "dumb-init", "catatonit"] {
        peers.push(Peer::new(name, "Debian's package", installed(name)?, &child, "--version")?);
    }
    Ok(peers)
}

pub const NOT_UTF8: &str = "the path of this project is not UTF-8";
