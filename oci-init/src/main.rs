//! `oci-init`: an OCI runtime that puts `init` before a container's program, and calls another runtime.

#![forbid(unsafe_code)]

use std::path::Path;
use std::process::ExitCode;

/// The configuration. It has no option and no variable, as who calls a runtime may not choose what it executes.
const CONFIGURATION: &str = "/etc/oci-init.toml";

fn main() -> ExitCode {
    oci_init::run(std::env::args_os().collect(), Path::new(CONFIGURATION))
}
