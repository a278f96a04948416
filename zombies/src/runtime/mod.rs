//! Asks container runtimes for the names of containers and pods, over their sockets, if the user names these.
//!
//! It asks only for what has zombies, and changes nothing there. Whatever a runtime does, it costs a second and little memory
//! at most, and the report stays: without names, containers and pods have their IDs.

mod cri;
mod docker;
mod grpc;

use crate::container::Container;
use crate::facts::Place;
use crate::report::Report;
use serde::Serialize;
use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// The longest time to wait for all answers of a socket.
const PATIENCE: Duration = Duration::from_secs(1);

/// The longest answer, in bytes.
const LIMIT: u64 = 1 << 20;

/// What a runtime calls a container and its pod, as far as it knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Names {
    /// The name of the container.
    pub container: Option<String>,
    /// The name of the pod.
    pub pod: Option<String>,
    /// The namespace of the pod.
    pub namespace: Option<String>,
}

/// The socket of a runtime.
#[derive(Clone, Debug)]
pub struct Socket {
    /// The path.
    pub path: PathBuf,
    /// What it speaks.
    pub api: Api,
}

/// What runtimes speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// The container runtime interface.
    Cri,
    /// The API of Docker.
    Docker,
}

/// Adds the names of the containers in a report, and a sentence for each socket that does not tell them.
pub fn add_names(report: &mut Report, sockets: &[Socket]) {
    for socket in sockets {
        let places = report.findings.iter_mut().map(|finding| &mut finding.place);
        let nameless = |place| match place {
            &mut Place::Container(ref mut container) if container.names.is_none() => Some(container),
            _ => None,
        };
        let mut containers: Vec<&mut Container> = places.filter_map(nameless).collect();
        if containers.is_empty() {
            return;
        }
        match ask(socket, containers.iter().map(|container| (**container).clone()).collect()) {
            Ok(names) => {
                containers.iter_mut().for_each(|container| container.names = names.get(&container.id).cloned())
            }
            Err(reason) => report.missing.push(format!("names of containers: {} {reason}.", socket.path.display())),
        }
    }
}

/// Asks for the names of these containers, by ID. Those that the runtime does not know are left out.
fn ask(socket: &Socket, containers: Vec<Container>) -> Result<HashMap<String, Names>, String> {
    let (sender, receiver) = channel();
    let Socket { path, api } = socket.clone();
    // A thread, because nothing else bounds the time of all that can take long: to connect, to write and to read.
    let started = thread::Builder::new().spawn(move || {
        let names = |container: Container| {
            let names = match api {
                Api::Cri => cri::names(&path, &container.id),
                Api::Docker => docker::names(&path, &container.id, container.runtime == Some("podman")),
            };
            names.map(|names| (container.id, names))
        };
        let all: io::Result<HashMap<String, Names>> = containers.into_iter().map(names).collect();
        _ = sender.send(all); // if nobody waits any more, the time was over
    });
    started.map_err(|error| format!("cannot be asked: {error}"))?;
    match receiver.recv_timeout(PATIENCE) {
        Ok(Ok(mut names)) => {
            names.retain(|_, names| *names != Names::default());
            Ok(names)
        }
        Ok(Err(error)) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => Err(match api {
            Api::Cri => "does not answer as containerd and CRI-O do; for Docker and podman, use --docker".into(),
            Api::Docker => "does not answer as Docker and podman do; for containerd and CRI-O, use --cri".into(),
        }),
        Ok(Err(error)) => Err(format!("cannot be asked: {error}")),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            Err("has not answered within a second".into())
        }
    }
}
