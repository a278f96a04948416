//! The API of Docker, and podman's own, as Docker's does not know pods.

use super::{LIMIT, Names};
use crate::text::harmless;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Container {
    name: String,
    #[serde(default)]
    config: Config,
    /// The ID of its pod, of podman.
    #[serde(default)]
    pod: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Config {
    labels: Option<HashMap<String, String>>,
}

/// A pod of podman.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pod {
    name: String,
}

/// Returns the name of a container, and that of its pod: a pod of podman, or one of Kubernetes, which labels tell. There are none
/// if the engine does not know the ID.
///
/// # Errors
/// If the engine does not answer as one does.
pub fn names(socket: &Path, id: &str, is_podman: bool) -> io::Result<Names> {
    let api = if is_podman { "/v4.0.0/libpod" } else { "" };
    let Some(container) = get::<Container>(socket, &format!("{api}/containers/{id}/json"))? else {
        return Ok(Names::default());
    };
    let pod = match &*container.pod {
        "" => None,
        id => get::<Pod>(socket, &format!("{api}/pods/{id}/json"))?.map(|pod| pod.name),
    };
    let labels = container.config.labels.unwrap_or_default();
    let label = |name: &str| labels.get(&format!("io.kubernetes.{name}")).cloned();
    let text = |text: String| harmless(text.as_bytes());
    Ok(Names {
        container: Some(text(label("container.name").unwrap_or(container.name.trim_start_matches('/').to_owned()))),
        pod: pod.or_else(|| label("pod.name")).map(text),
        namespace: label("pod.namespace").map(text),
    })
}

/// Returns the document of a path, or `None` if there is none.
fn get<T: DeserializeOwned>(socket: &Path, path: &str) -> io::Result<Option<T>> {
    let stream = UnixStream::connect(socket)?;
    // In this version of HTTP, the answer ends with the connection, and is not in chunks.
    write!(&stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = Vec::new();
    (&stream).take(LIMIT).read_to_end(&mut answer)?;
    let invalid = || io::Error::from(ErrorKind::InvalidData);
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").ok_or_else(invalid)?;
    let (head, body) = (&answer[..end], &answer[end + 4..]);
    match head.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2..5)) {
        Some(b"200") => serde_json::from_slice(body).map(Some).map_err(|_| invalid()),
        Some(b"404") => Ok(None),
        _ => Err(invalid()),
    }
}
