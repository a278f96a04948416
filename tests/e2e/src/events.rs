//! How the processes of containers ended, as containerd reports it. The CRI has no exit status of a sandbox.

use crate::containerd::Containerd;
use serde_json::Value;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Stdio;
use testkit::deadline::until_some;
use testkit::{PodProcess, until};

/// The output of `ctr events`.
pub struct Events {
    _client: PodProcess,
    output: File,
}

impl Events {
    /// Returns when `ctr` listens.
    #[track_caller]
    pub fn of(containerd: &Containerd) -> Self {
        let output = tempfile::tempfile().expect("a file can be made");
        let mut client = containerd.client(&["events"]);
        client.stdin(Stdio::null()).stdout(output.try_clone().expect("a descriptor")).stderr(Stdio::null());
        let this = Self { _client: containerd.machine.start(client), output };
        // It does not report that it listens, so make events until it prints one.
        until("ctr receives events", || {
            containerd.ctr(&["namespaces", "label", "k8s.io", "listening=yes"]).ok();
            this.read().contains("/namespaces/update")
        });
        this
    }

    /// Waits until a container has ended, and returns its exit status. The ID of a pod stands for its sandbox.
    #[track_caller]
    pub fn exit_status(&self, container: &str) -> i64 {
        until_some("containerd reports the exit of the container", || self.find_exit(container))
    }

    /// The exit status of a container, if it has ended.
    pub fn find_exit(&self, container: &str) -> Option<i64> {
        self.read().lines().find_map(|line| {
            // A time, a namespace and a topic come before the JSON.
            let (head, json) = line.split_once(" {")?;
            let event: Value = serde_json::from_str(&format!("{{{json}")).ok()?;
            let is_exit = head.ends_with("/tasks/exit") && event["id"] == container;
            // A status of 0 is left out.
            is_exit.then(|| event["exit_status"].as_i64().unwrap_or(0))
        })
    }

    fn read(&self) -> String {
        // The client shares the file's offset, so read at one of our own.
        let mut bytes = vec![0; self.output.metadata().map_or(0, |metadata| metadata.len()) as usize];
        self.output.read_exact_at(&mut bytes, 0).expect("a file can be read");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
