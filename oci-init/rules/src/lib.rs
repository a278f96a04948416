//! The rules by which a container gets `init` as its process 1: which containers, with which options, and when the
//! container is refused.
//!
//! They know of no file, no runtime and no format, except that of seccomp profiles. The caller describes a container as a
//! [`Container`], and applies the [`Decision`]. `docs/oci-init.md` explains the rules to users.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod annotations;
pub mod known_inits;
pub mod seccomp;

use annotations::Annotations;

/// The path of `init` in a container. Images have no file of that name.
pub const INIT_AT: &str = "/.init";

/// The options of the mount of `init` in a container.
pub const MOUNT_OPTIONS: [&str; 4] = ["bind", "ro", "nosuid", "nodev"];

/// What a container is, as far as the rules need it.
#[derive(Clone, Debug, Default)]
pub struct Container {
    /// Its name in its pod, if it has one: an annotation can be meant for one container.
    pub name: Option<String>,
    /// Its annotations, and those of its pod that the runtime hands on.
    pub annotations: Annotations,
    /// The program and its arguments, with the image's entrypoint resolved.
    pub args: Vec<String>,
    /// The PID namespace that it will be in.
    pub pid_namespace: PidNamespace,
    /// The destinations of its mounts.
    pub mounts: Vec<String>,
    /// Its seccomp profile, if it has one.
    pub seccomp: Option<seccomp::Profile>,
}

/// The PID namespace of a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PidNamespace {
    /// One of its own: its program is process 1.
    #[default]
    New,
    /// That of another container, of its pod or of the node: process 1 is another program.
    Joined,
}

/// What the node's configuration says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The absolute path of `init` on the node.
    pub init: String,
    /// Whether a container gets `init` if no annotation says anything.
    pub is_enabled: bool,
    /// Whether a container gets `init` although its program has the name of an init.
    pub wraps_known_inits: bool,
}

/// What to do with a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Start it as it is.
    Leave(Reason),
    /// Mount `init` in it, and put words before its arguments.
    Change(Change),
    /// Start nothing, and report this line.
    Refuse(String),
}

/// Why a container stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is the sandbox of a pod.
    Sandbox,
    /// It joins a PID namespace, so its program is not process 1.
    JoinsPidNamespace,
    /// An annotation or the node's configuration says so.
    Disabled,
    /// Its program is an init.
    KnownInit,
    /// It has no program.
    NoProgram,
}

/// How a container is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is mounted.
    pub mount: Mount,
    /// The words that are put before the container's arguments.
    pub words: Vec<String>,
}

/// A bind mount of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The path on the node.
    pub source: String,
    /// The path in the container.
    pub destination: &'static str,
    /// The options.
    pub options: [&'static str; 4],
}

/// Decides what to do with a container.
pub fn decide(container: &Container, settings: &Settings) -> Decision {
    if annotations::is_sandbox(&container.annotations) {
        return Decision::Leave(Reason::Sandbox);
    }
    let wishes = match annotations::read(&container.annotations, container.name.as_deref()) {
        Ok(wishes) => wishes,
        Err(line) => return Decision::Refuse(line),
    };
    if let Some(reason) = reason_to_leave(container, settings, wishes.is_enabled) {
        return Decision::Leave(reason);
    }
    if container.mounts.iter().any(|destination| is_init_at(destination)) {
        return Decision::Refuse(format!(
            "a volume of the container is mounted at {INIT_AT}, where init belongs; mount it elsewhere, or {}",
            annotations::HOW_TO_DISABLE
        ));
    }
    let refused = container.seccomp.as_ref().map(|profile| profile.refused(wishes.grace_period.is_some()));
    if let Some(calls) = refused.filter(|calls| !calls.is_empty()) {
        return Decision::Refuse(format!(
            "the container's seccomp profile refuses system calls that init needs: {}; allow them, or {}",
            calls.join(", "),
            annotations::HOW_TO_DISABLE
        ));
    }
    let mount = Mount { source: settings.init.clone(), destination: INIT_AT, options: MOUNT_OPTIONS };
    Decision::Change(Change { mount, words: words(&wishes) })
}

fn reason_to_leave(container: &Container, settings: &Settings, is_enabled: Option<bool>) -> Option<Reason> {
    if container.pid_namespace == PidNamespace::Joined {
        return Some(Reason::JoinsPidNamespace);
    }
    let Some(program) = container.args.first().filter(|program| !program.is_empty()) else {
        return Some(Reason::NoProgram);
    };
    if !is_enabled.unwrap_or(settings.is_enabled) {
        return Some(Reason::Disabled);
    }
    // A bundle that was changed before is never changed again.
    let is_init = program == INIT_AT || (known_inits::contains(program) && !settings.wraps_known_inits);
    is_init.then_some(Reason::KnownInit)
}

/// Returns whether a mount's destination is [`INIT_AT`] or below it, however many slashes it has.
fn is_init_at(destination: &str) -> bool {
    let mut parts = destination.split('/').filter(|part| !part.is_empty() && *part != ".");
    parts.next() == Some(INIT_AT.trim_start_matches('/'))
}

/// Returns `init` with its options, up to the word before the program.
fn words(wishes: &annotations::Wishes) -> Vec<String> {
    let mut words = vec![INIT_AT.to_owned()];
    if let Some(seconds) = wishes.grace_period {
        words.extend(["-t".to_owned(), seconds.to_string()]);
    }
    if wishes.signals_group {
        words.push("-g".to_owned());
    }
    for rewrite in &wishes.rewrites {
        words.extend(["-r".to_owned(), rewrite.clone()]);
    }
    words.push("--".to_owned());
    words
}
