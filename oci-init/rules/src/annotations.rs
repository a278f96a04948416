//! The annotations that the rules read: which container is a sandbox, and what a user wishes.

use std::collections::BTreeMap;

/// The annotations of a container.
pub type Annotations = BTreeMap<String, String>;

/// What all annotations for users begin with.
pub const PREFIX: &str = "init.pause/";

/// How a user turns `init` off, for the messages.
pub const HOW_TO_DISABLE: &str = "set the annotation init.pause/enabled to \"false\"";

/// The annotations by which containerd, and CRI-O and podman, mark the sandbox of a pod: with the value `sandbox`.
const CONTAINER_TYPES: [&str; 2] = ["io.kubernetes.cri.container-type", "io.kubernetes.cri-o.ContainerType"];

/// The annotations in which containerd and CRI-O write a container's name in its pod.
const CONTAINER_NAMES: [&str; 2] = ["io.kubernetes.cri.container-name", "io.kubernetes.container.name"];

/// The longest grace period that `init` accepts, in seconds.
const MOST_SECONDS: u32 = 999_999_999;

/// The names of signals that `init` accepts, without `SIG`.
const SIGNALS: &str = "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN \
                       TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS";

/// What a user wishes for a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Whether the container gets `init`; `None` if no annotation says so.
    pub is_enabled: Option<bool>,
    /// The value of `-t`.
    pub grace_period: Option<u32>,
    /// `-g`.
    pub signals_group: bool,
    /// The values of `-r`.
    pub rewrites: Vec<String>,
}

/// Returns whether a container is the sandbox of a pod.
pub fn is_sandbox(annotations: &Annotations) -> bool {
    CONTAINER_TYPES.iter().any(|key| annotations.get(*key).is_some_and(|value| value == "sandbox"))
}

/// Returns the container's name in its pod.
pub fn container_name(annotations: &Annotations) -> Option<&str> {
    CONTAINER_NAMES.iter().find_map(|key| annotations.get(*key)).map(String::as_str)
}

/// Reads the wishes for the container of this name. An annotation whose key ends with `.` and a container's name is for
/// that container alone, and is stronger than the same without a name.
///
/// # Errors
/// One line, if an annotation makes no sense.
pub fn read(annotations: &Annotations, container: Option<&str>) -> Result<Wishes, String> {
    let ours = || annotations.iter().filter_map(|(key, value)| Some((key.strip_prefix(PREFIX)?, value)));
    let mut wishes = Wishes::default();
    for (key, value) in ours().filter(|(key, _)| !key.contains('.')) {
        wishes.take(key, value, key)?;
    }
    for (key, value) in ours() {
        if let Some((bare, name)) = key.split_once('.') {
            // A wish for another container is read too: a mistake in a pod shows on every container.
            let mut other = Wishes::default();
            let wishes = if container == Some(name) { &mut wishes } else { &mut other };
            wishes.take(bare, value, key)?;
        }
    }
    Ok(wishes)
}

impl Wishes {
    /// Takes the value of an annotation. `key` has neither the prefix nor a container's name.
    fn take(&mut self, key: &str, value: &str, whole_key: &str) -> Result<(), String> {
        let wrong = |expected: &str| {
            Err(format!("the annotation {PREFIX}{} is {}: {expected}", shown(whole_key), quoted(value)))
        };
        match (key, value) {
            ("enabled", "true" | "false") => self.is_enabled = Some(value == "true"),
            ("group", "true" | "false") => self.signals_group = value == "true",
            ("enabled" | "group", _) => return wrong("write \"true\" or \"false\""),
            ("grace-period", _) => match seconds(value) {
                Some(seconds) => self.grace_period = Some(seconds),
                None => return wrong("write a number of seconds, such as \"10\""),
            },
            ("rewrite", _) => match rewrites(value) {
                Some(rewrites) => self.rewrites = rewrites,
                None => return wrong("write signals as FROM:TO, separated by commas, such as \"TERM:QUIT,HUP:0\""),
            },
            _ => {
                let known = "enabled, grace-period, group and rewrite";
                return Err(format!(
                    "the annotation {PREFIX}{} does not exist; those that do are {known}",
                    shown(whole_key)
                ));
            }
        }
        Ok(())
    }
}

fn seconds(value: &str) -> Option<u32> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|seconds| is_number && *seconds <= MOST_SECONDS)
}

fn rewrites(value: &str) -> Option<Vec<String>> {
    let is_rewrite = |rewrite: &str| {
        rewrite.split_once(':').is_some_and(|(from, to)| is_signal(from) && (is_signal(to) || to == "0"))
    };
    value.split(',').map(|rewrite| is_rewrite(rewrite).then(|| rewrite.to_owned())).collect()
}

/// Returns whether `init` takes this for a signal: a name with or without `SIG`, or a number from 1 to 64.
fn is_signal(text: &str) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().is_ok_and(|number: u8| (1..=64).contains(&number));
    }
    let bare = text.strip_prefix("SIG").unwrap_or(text);
    SIGNALS.split_whitespace().any(|name| name == bare)
}

/// Returns a text without what would break a line, and not longer than a line.
fn shown(text: &str) -> String {
    const MOST: usize = 80;
    let cut: String = text.chars().take(MOST).collect();
    let dots = if cut.len() < text.len() { "…" } else { "" };
    format!("{}{dots}", cut.escape_debug())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", shown(text))
}
