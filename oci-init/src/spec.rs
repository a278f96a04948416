//! What the rules need from a `config.json`, and the change that they decide.
//!
//! The document stays a tree of JSON values: a field that this program does not know is kept, as is a value that a newer
//! version of the specification adds. Numbers keep their value: all that a runtime can read are 64-bit integers.

use init_rules::annotations::{Annotations, container_name};
use init_rules::seccomp::Profile;
use init_rules::{Change, Container, PidNamespace};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Parses a document.
///
/// # Errors
/// One line, if it is not JSON.
pub fn parse(text: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(text).map_err(|error| format!("the bundle's config.json is not JSON: {error}"))
}

/// Writes a document.
///
/// # Errors
/// One line. No value that was parsed is known to cause it.
pub fn text(spec: &Value) -> Result<Vec<u8>, String> {
    serde_json::to_vec(spec).map_err(|error| format!("the bundle's config.json cannot be written: {error}"))
}

/// Returns the container that a document describes. Returns `None` if it describes none that could start: the wrapped
/// runtime reports that in its own words.
pub fn container(spec: &Value) -> Option<Container> {
    let annotations = annotations(spec.get("annotations"))?;
    let mounts = objects(spec.get("mounts"))?.iter().map(|mount| string(mount, "destination")).collect();
    let args = strings(spec.get("process")?.get("args")?)?;
    let linux = spec.get("linux")?;
    let namespaces = objects(linux.get("namespaces"))?;
    let own =
        |namespace: &&Map<String, Value>| string(namespace, "type") == "pid" && string(namespace, "path").is_empty();
    let pid_namespace = if namespaces.iter().any(own) { PidNamespace::New } else { PidNamespace::Joined };
    // One with wrong types is for the wrapped runtime to refuse.
    let seccomp = linux.get("seccomp").and_then(|seccomp| Profile::deserialize(seccomp).ok());
    let name = container_name(&annotations).map(str::to_owned);
    Some(Container { name, annotations, args, pid_namespace, mounts, seccomp })
}

/// Makes the change that the rules decided, in a document that has a [`container`].
pub fn apply(change: &Change, spec: &mut Value) {
    let mount = json!({
        "destination": change.mount.destination,
        "type": "bind",
        "source": change.mount.source,
        "options": change.mount.options,
    });
    match spec.get_mut("mounts").and_then(Value::as_array_mut) {
        Some(mounts) => mounts.push(mount),
        None => spec["mounts"] = json!([mount]), // it is missing or null
    }
    if let Some(args) = spec.pointer_mut("/process/args").and_then(Value::as_array_mut) {
        args.splice(0..0, change.words.iter().map(|word| word.as_str().into()));
    }
}

fn annotations(value: Option<&Value>) -> Option<Annotations> {
    match value {
        None | Some(Value::Null) => Some(Annotations::new()),
        Some(Value::Object(all)) => {
            all.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        }
        Some(_) => None,
    }
}

/// Returns a list of objects, which may be missing or null.
fn objects(value: Option<&Value>) -> Option<Vec<&Map<String, Value>>> {
    match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(all)) => all.iter().map(Value::as_object).collect(),
        Some(_) => None,
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|value| value.as_str().map(str::to_owned)).collect()
}

/// Returns a field that may be missing.
fn string(object: &Map<String, Value>, key: &str) -> String {
    object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
