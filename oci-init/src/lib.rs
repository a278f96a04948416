//! An OCI runtime that puts `init` before a container's program, and calls another runtime.
//!
//! | module            | its one job                                                              |
//! | ----------------- | ------------------------------------------------------------------------ |
//! | [`command_line`]  | finds the bundle and the log in the arguments of a runtime               |
//! | [`configuration`] | the node's configuration file                                            |
//! | [`runtime`]       | finds the wrapped runtime, and executes it in place of this process      |
//! | [`bundle`]        | reads and replaces a bundle's `config.json`                              |
//! | [`spec`]          | what the rules need from `config.json`, and the change that they decide  |
//! | [`report`]        | the line by which a container is refused                                 |
//!
//! Which containers are changed, and how, is decided in the crate `init-rules`.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod bundle;
pub mod command_line;
pub mod configuration;
pub mod report;
pub mod runtime;
pub mod spec;

use bundle::Bundle;
use command_line::Start;
use configuration::Configuration;
use init_rules::Decision;
use std::convert::Infallible;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// Does what a runtime of these arguments does, the name of the program first. Returns only if it is refused.
pub fn run(arguments: Vec<OsString>, configuration: &Path) -> ExitCode {
    let start = command_line::start_of_container(arguments.get(1..).unwrap_or_default());
    let Err(line) = hand_on(&arguments, start.as_ref(), configuration);
    report::refuse(&line, start.as_ref());
    ExitCode::FAILURE
}

/// Changes the bundle if a container starts, and becomes the wrapped runtime.
///
/// # Errors
/// One line, if the command is refused.
fn hand_on(arguments: &[OsString], start: Option<&Start>, configuration: &Path) -> Result<Infallible, String> {
    let configuration = Configuration::read(configuration)?;
    let name = arguments.first().map(OsString::as_os_str).unwrap_or_default();
    let runtime = runtime::find(name, &configuration)?;
    if let Some(start) = start {
        change(start, &configuration)?;
    }
    Err(runtime::execute(&runtime, arguments))
}

/// Changes the bundle of a container that gets `init`.
///
/// # Errors
/// One line, if the container is refused.
fn change(start: &Start, configuration: &Configuration) -> Result<(), String> {
    // What is missing or has a wrong type is for the wrapped runtime to report.
    let Some(bundle) = Bundle::open(&start.bundle) else { return Ok(()) };
    let Some(config) = bundle.read()? else { return Ok(()) };
    let mut spec = spec::parse(&config.text)?;
    let Some(container) = spec::container(&spec) else { return Ok(()) };
    let change = match init_rules::decide(&container, &configuration.settings()) {
        Decision::Leave(_) => return Ok(()),
        Decision::Refuse(line) => return Err(line),
        Decision::Change(change) => change,
    };
    configuration.check_init()?;
    spec::apply(&change, &mut spec);
    bundle.replace(&config, &spec::text(&spec)?)
}
