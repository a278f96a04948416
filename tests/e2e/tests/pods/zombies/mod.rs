//! `zombies` on a machine with containers: whose zombies it says they are.

pub mod containerd;
pub mod engines;
mod job;

use e2e::Machine;
use e2e::archive::Image;
use e2e::project::zombies;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use testkit::deadline::until_some;

/// The path of `zombies` on a machine.
const ZOMBIES_AT: &str = "/run/zombies";

/// The name of an image of this build of it, with the entrypoint and the user of the image that is shipped.
const IMAGE: &str = "localhost/zombies:latest";

/// Makes the archive of the image.
#[track_caller]
fn archive() -> String {
    let program = fs::read(zombies()).expect("it is built");
    let config = json!({ "Entrypoint": ["/zombies"], "User": "65535:65535" });
    let image = Image { reference: IMAGE, program: ("zombies", &program), links: &[], config };
    image.write(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("zombies"), "zombies.tar")
}

/// A shell script whose process 1 adopts this many orphans, and does not reap.
fn abandon(count: usize) -> String {
    // They outlive the loop, also on a busy machine: the shell would reap those that end before it executes `sleep`.
    format!("for i in $(seq {count}); do (sleep 4 &); done; exec sleep 1000")
}

/// A shell script that leaves a zombie to a program that does not wait.
const DOES_NOT_WAIT: &str = "sleep 1 & exec sleep 1000";

#[track_caller]
fn install(machine: &Machine) {
    fs::copy(zombies(), machine.path(ZOMBIES_AT)).expect("it is built");
}

/// A shell script that prints the name of each process.
const NAMES: &str = "cat /proc/[0-9]*/comm 2> /dev/null || :"; // some end meanwhile

/// How a finding is known to be of a container.
enum Container {
    /// By its ID, which is in the path of its control group.
    Id(String),
    /// By the process ID of its process 1, where it has no control group of its own.
    Process1(u64),
}

/// What `zombies` finds in a container.
struct Finding(Value);

impl Finding {
    fn kind(&self) -> &str {
        self.0["verdict"]["kind"].as_str().expect("a kind")
    }

    fn zombies(&self) -> usize {
        self.0["zombies"].as_array().expect("a list").len()
    }

    fn is_of(&self, container: &Container) -> bool {
        match container {
            Container::Id(id) => self.0["place"]["container"]["id"] == **id,
            Container::Process1(pid) => {
                let parent = &self.0["parent"];
                parent["pid"] == *pid || parent["process_1"]["pid"] == *pid
            }
        }
    }

    /// Asserts that its container has these names: of itself, of its pod, and of the pod's namespace.
    #[track_caller]
    fn assert_named(&self, container: &str, pod: Option<&str>, namespace: Option<&str>) {
        let names = json!({ "container": container, "pod": pod, "namespace": namespace });
        assert_eq!(self.0["place"]["container"]["names"], names, "{:#}", self.0);
    }

    /// Asserts that a part of it, as JSON, has these words.
    #[track_caller]
    fn assert_says(&self, part: &str, words: &str) {
        assert!(self.0[part].to_string().contains(words), "{words:?} is not in {:#}", self.0);
    }
}

/// Looks at a machine, and returns what is found in a container.
#[track_caller]
fn look(machine: &Machine, container: &Container) -> Vec<Finding> {
    look_with(machine, container, &[])
}

/// The same with these options.
#[track_caller]
fn look_with(machine: &Machine, container: &Container, options: &[&str]) -> Vec<Finding> {
    look_all(machine, options).into_iter().filter(|finding| finding.is_of(container)).collect()
}

/// Looks at a machine, with these options.
#[track_caller]
fn look_all(machine: &Machine, options: &[&str]) -> Vec<Finding> {
    let mut command = Command::new(ZOMBIES_AT);
    command.args(["--json", "--age=0.2"]).args(options);
    let output = machine.run(command);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
    findings(&output.stdout)
}

/// Parses what `zombies --json` has printed.
#[track_caller]
fn findings(json: &str) -> Vec<Finding> {
    let report: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    report["findings"].as_array().expect("a list").iter().cloned().map(Finding).collect()
}

/// Looks until a container has only a finding of this kind, with so many zombies.
#[track_caller]
fn until_found(machine: &Machine, container: &Container, kind: &str, count: usize) -> Finding {
    until_some(&format!("{count} zombies of the kind {kind}"), || {
        let found: [Finding; 1] = look(machine, container).try_into().ok()?;
        let [finding] = found;
        (finding.kind() == kind && finding.zombies() == count).then_some(finding)
    })
}
