//! Docker containers that are to each other what the containers of a pod are.

use crate::process_1::{ORPHANS, Process1, abandon};
use e2e::machine::Said;
use e2e::{Docker, busybox, project};

/// What the joined containers have: enough for a shell and a few children, not for children that nobody reaps.
const LITTLE: [&str; 2] = ["--memory=16m", "--pids-limit=20"];

/// An engine whose containers are used like those of a pod.
pub struct Engine<'docker>(pub &'docker Docker);

impl Engine<'_> {
    /// Runs pause in namespaces that others may join.
    #[track_caller]
    pub fn infra(&self, name: &str, options: &[&str]) {
        self.infra_of(project::reference(), name, options);
    }

    #[track_caller]
    pub fn infra_of(&self, image: &str, name: &str, options: &[&str]) {
        let run = ["run", "--detach", "--network=none", "--ipc=shareable", "--name", name];
        self.0.docker(&[&run, options, &[image]].concat()).ok();
    }

    /// Runs a container in the namespaces of another.
    #[track_caller]
    pub fn join(&self, pod: &str, name: &str) {
        let [pid, network, ipc] = ["pid", "network", "ipc"].map(|kind| format!("--{kind}=container:{pod}"));
        let run = ["run", "--detach", "--name", name, &pid, &network, &ipc];
        self.0.docker(&[&run, &LITTLE[..], &[busybox::REFERENCE]].concat()).ok();
    }

    pub fn shell(&self, name: &str, command: &str) -> Said {
        self.0.docker(&["exec", name, "sh", "-c", command])
    }

    #[track_caller]
    fn pid(&self, name: &str) -> String {
        self.0.docker(&["inspect", "--format={{.State.Pid}}", name]).ok()
    }

    #[track_caller]
    pub fn process_1(&self, name: &str) -> Process1 {
        Process1::new(&self.0.machine, &self.pid(name))
    }

    /// It is process 1, and set up.
    #[track_caller]
    pub fn assert_pause(&self, name: &str) -> Process1 {
        self.0.machine.until_it_waits(&self.pid(name));
        let process_1 = self.process_1(name);
        assert_eq!(process_1.status("Name"), "pause");
        assert!(process_1.status("NSpid").ends_with(" 1"), "it is process 1");
        process_1
    }

    /// Leaves orphans in a pod, and once more as many. The first are killed, the others end with the container that left
    /// them, as Docker kills what is in its control group: how many zombies that makes.
    #[track_caller]
    pub fn leave_orphans(&self, pod: &str, name: &str) -> usize {
        let process_1 = self.process_1(pod);
        let pid = format!("--pid=container:{pod}");
        self.0.docker(&["run", "--detach", "--network=none", "--name", name, &pid, busybox::REFERENCE]).ok();
        self.shell(name, &abandon()).ok();
        process_1.until_it_has_adopted(ORPHANS);
        let zombies = process_1.zombies_of_orphans(|command| drop(self.shell(name, command)));
        self.shell(name, &abandon()).ok();
        process_1.until_it_has_adopted(zombies + ORPHANS);
        self.0.docker(&["rm", "--force", name]).ok();
        process_1.zombies_of_orphans(|_| {})
    }

    /// Stops it, and says with which status it has ended.
    #[track_caller]
    pub fn stop(&self, name: &str, patience: &str) -> String {
        self.0.docker(&["stop", "--time", patience, name]).ok();
        self.0.docker(&["inspect", "--format={{.State.ExitCode}}", name]).ok().trim().to_owned()
    }
}
