//! How the processes of containers ended, as containerd reports it. The CRI does not say that of a sandbox.

use crate::containerd::Containerd;
use serde_json::Value;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Stdio;
use testkit::deadline::until_some;
use testkit::{PodProcess, until};

/// What `ctr events` says, from the moment that it listens.
pub struct Events {
    _client: PodProcess,
    said: File,
}

impl Events {
    #[track_caller]
    pub fn of(containerd: &Containerd) -> Self {
        let said = tempfile::tempfile().expect("a file can be made");
        let mut client = containerd.client(&["events"]);
        client.stdin(Stdio::null()).stdout(said.try_clone().expect("a descriptor")).stderr(Stdio::null());
        let this = Self { _client: containerd.machine.start(client), said };
        // It does not say that it listens: events are made until it hears one.
        until("ctr hears of events", || {
            containerd.ctr(&["namespaces", "label", "k8s.io", "heard=yes"]).ok();
            this.read().contains("/namespaces/update")
        });
        this
    }

    /// The status with which the first process of a container ended: the sandbox's own, for the ID of a pod.
    #[track_caller]
    pub fn exit_status(&self, container: &str) -> u64 {
        until_some("it is reported how the container ended", || {
            self.read().lines().find_map(|line| {
                // A time, a namespace and a topic come before what is in JSON.
                let (head, json) = line.split_once(" {")?;
                let event: Value = serde_json::from_str(&format!("{{{json}")).ok()?;
                let is_it = head.ends_with("/tasks/exit") && event["id"] == container;
                // What is zero is left out.
                is_it.then(|| event["exit_status"].as_u64().unwrap_or(0))
            })
        })
    }

    fn read(&self) -> String {
        // At a position of our own: the client writes where the descriptor is.
        let mut bytes = vec![0; self.said.metadata().map_or(0, |metadata| metadata.len()) as usize];
        self.said.read_exact_at(&mut bytes, 0).expect("a file can be read");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
