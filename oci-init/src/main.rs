//! `oci-init`: an OCI runtime that puts `init` before a container's program, and calls another runtime.

#![forbid(unsafe_code)]

use std::path::Path;
use std::process::ExitCode;

/// The path of the configuration. No option and no variable changes it: a caller must not choose what root executes.
const CONFIGURATION: &str = "/etc/oci-init.toml";

fn main() -> ExitCode {
    oci_init::run(std::env::args_os().collect(), Path::new(CONFIGURATION))
}
