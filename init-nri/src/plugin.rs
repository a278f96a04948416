//! Answers the calls of the runtime, once it has configured the plugin.

use crate::container;
use crate::messages::{CreateContainerRequest, CreateContainerResponse, SynchronizeRequest, SynchronizeResponse};
use crate::ttrpc::{FAILED_PRECONDITION, Request, Status, UNIMPLEMENTED};
use init_rules::{Decision, Settings};
use prost::Message;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Answers a call: the result, encoded, or why it failed.
///
/// # Errors
/// One line, which the runtime shows to the user whose container is refused.
pub fn answer(request: &Request, settings: &Settings) -> Result<Vec<u8>, Status> {
    match request.method.as_str() {
        // Containers that exist stay as they are.
        "Synchronize" => {
            let SynchronizeRequest { more } = decode(&request.payload)?;
            Ok(SynchronizeResponse { more }.encode_to_vec())
        }
        "CreateContainer" => Ok(create_container(decode(&request.payload)?, settings)?.encode_to_vec()),
        "Shutdown" => Ok(Vec::new()),
        method => Err(Status::new(UNIMPLEMENTED, format!("init-nri: there is no method {}", method.escape_debug()))),
    }
}

/// Decodes the argument of a call.
///
/// # Errors
/// One line, if it is not the argument of this method.
pub fn decode<M: Message + Default>(payload: &[u8]) -> Result<M, Status> {
    M::decode(payload).map_err(|error| refusal(&format!("the runtime's call cannot be read: {error}")))
}

/// Returns a failure with the name of this program before the line.
pub fn refusal(line: &str) -> Status {
    Status::new(FAILED_PRECONDITION, format!("init-nri: {line}"))
}

/// Checks that `init` is on the node, before a container is promised it.
///
/// # Errors
/// One line, if it is not.
pub fn check_init(path: &str) -> Result<(), String> {
    match fs::metadata(path) {
        Ok(file) if file.is_file() && file.permissions().mode() & 0o111 != 0 => Ok(()),
        Ok(_) => Err(format!("{path} on the node is no executable file; install init there")),
        Err(error) => Err(format!("{path} on the node cannot be used: {error}; install init there")),
    }
}

fn create_container(request: CreateContainerRequest, settings: &Settings) -> Result<CreateContainerResponse, Status> {
    let container = container::container(request);
    match init_rules::decide(&container, settings) {
        Decision::Leave(_) => Ok(CreateContainerResponse::default()),
        Decision::Refuse(line) => Err(refusal(&line)),
        Decision::Change(change) => {
            check_init(&settings.init).map_err(|line| refusal(&line))?;
            Ok(container::answer(change, container.args))
        }
    }
}
