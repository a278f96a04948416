//! `oci-init`, which puts init before the program of a container whose image has none.

pub mod bundle;
pub mod bundles;
pub mod containerd;
pub mod cost;
pub mod engines;

use e2e::Machine;
use e2e::project::{folder, oci_init};
use std::fs;

/// The path of the runtime on a machine.
pub const RUNTIME_AT: &str = "/run/oci-init";

/// The path of init on a machine.
const INIT_AT: &str = "/run/pause-init";

/// Its configuration.
const CONFIGURATION_AT: &str = "/etc/oci-init.toml";

/// Installs it on a machine whose `/etc` is its own, to wrap the runtime at this path.
#[track_caller]
pub fn install(machine: &Machine, wrapped: &str) {
    machine.write(CONFIGURATION_AT, &format!("runtime = {wrapped:?}\ninit = {INIT_AT:?}\n"));
    fs::copy(oci_init(), machine.path(RUNTIME_AT)).expect("it is built");
    fs::copy(folder().join("target/release/init"), machine.path(INIT_AT)).expect("init is built");
}

/// A shell script that prints `sleeps` if a container's program has executed `sleep 1000`, so that it has made its orphans.
/// A shell that has yet to execute it has these words in one argument.
pub const SLEEPS: &str =
    "for one in /proc/[0-9]*; do [ \"$(tr '\\0' '|' < $one/cmdline)\" != 'sleep|1000|' ] || echo sleeps; done";
