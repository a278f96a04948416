//! The programs that are left as process 1 because they are inits, by the names of their files.

/// The names. `pause` is not an init, but it is process 1 of a pod, also where no annotation says that it is a sandbox.
const NAMES: [&str; 16] = [
    "init",
    ".init",
    "systemd",
    "tini",
    "tini-static",
    "dumb-init",
    "catatonit",
    "docker-init",
    "podman-init",
    "pause-init",
    "s6-svscan",
    "runit",
    "runit-init",
    "openrc-init",
    "my_init",
    "pause",
];

/// Returns whether a program is an init, by the last part of its path.
pub fn contains(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or_default();
    NAMES.contains(&name)
}
