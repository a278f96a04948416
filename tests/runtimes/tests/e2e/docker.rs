//! Docker: containers that join the namespaces of one which runs pause, as the containers of a pod do.

use crate::images;
use crate::inventory::Inventory;
use crate::process_1::{ORPHANS, Process1, abandon, abandon_one_by_one};
use runtimes::machine::Said;
use runtimes::report::Report;
use runtimes::{Docker, busybox, project};
use sandbox::until;

/// Nothing that can be taken away is left, and no less memory than Docker lets one ask for.
const NEXT_TO_NOTHING: [&str; 5] =
    ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=6m", "--pids-limit=1"];

/// What the joined containers have: enough for a shell and a few children, not for children that nobody reaps.
const LITTLE: [&str; 2] = ["--memory=16m", "--pids-limit=20"];

pub fn run(report: &mut Report) -> Option<()> {
    report.about("docker", "");
    let docker = report.step("a Docker engine starts", Docker::new)?;
    let version = report.step("it loads the images", || {
        docker.docker(&["load", "--input", images::pause()]).ok();
        docker.docker(&["load", "--input", images::busybox()]).ok();
        docker.docker(&["version", "--format", "{{.Server.Version}}"]).ok()
    })?;
    report.about("docker", &version);
    let engine = Engine(&docker);
    let before = Inventory::of(&docker.machine);

    report.step("run starts it as process 1 and nobody", || {
        engine.infra("pod", &[]);
        let process_1 = engine.assert_pause("pod");
        assert_eq!([process_1.status("Uid"), process_1.status("Gid")], ["65535 65535 65535 65535"; 2]);
        assert_eq!(process_1.status("CapEff"), "0000000000000000");
    })?;
    engine.process_1("pod").note_privileges(report);
    report.step("another container joins its namespaces of PIDs, network and IPC", || {
        engine.join("pod", "app");
        let (pod, app) = (engine.process_1("pod"), engine.process_1("app"));
        for kind in ["pid", "net", "ipc", "mnt", "uts"] {
            assert_eq!(pod.namespace(kind) == app.namespace(kind), ["pid", "net", "ipc"].contains(&kind), "{kind}");
        }
    })?;
    report.step("the orphans of that container are reaped, also when it is removed", || {
        assert_eq!(engine.leave_orphans("pod", "many"), 0);
    })?;
    report.step("the control, a process 1 that does not reap, keeps them as zombies", || {
        engine.infra_of(busybox::REFERENCE, "control", &[]);
        assert_eq!(engine.leave_orphans("control", "control-many"), 2 * ORPHANS);
    })?;
    report.step("300 orphans, one by one under a limit of 20 processes: no fork fails", || {
        let said = engine.shell("app", &abandon_one_by_one(300));
        assert_eq!((said.status.code(), &*said.stderr), (Some(0), ""));
    })?;
    report.step("the control runs into that limit", || {
        engine.join("control", "control-app");
        assert!(engine.shell("control-app", &abandon_one_by_one(300)).stderr.contains("can't fork"));
    })?;
    report.step("the orphan of a process that ran out of memory is reaped as well", || {
        let killed = engine.shell("app", "sleep 1000000 > /dev/null 2>&1 & exec tail /dev/zero");
        assert_eq!(killed.status.code(), Some(137), "{killed:?}");
        let process_1 = engine.process_1("pod");
        until("process 1 has adopted it", || process_1.orphans().count() == 1);
        assert_eq!(process_1.zombies_of_orphans(|command| drop(engine.shell("app", command))), 0);
    })?;
    report.step("stop, with 60 s of patience, ends it with status 0", || {
        assert_eq!(engine.stop("pod", "60"), "0");
        assert_eq!(docker.docker(&["logs", "pod"]).stderr, "Shutting down, got signal: Terminated\n");
    })?;
    report.step("the control, given 1 s, must be killed: 137", || assert_eq!(engine.stop("control", "1"), "137"))?;
    report.step("read-only, no capabilities, 6 MB, one process: it runs, and stops with 0", || {
        engine.infra("least", &NEXT_TO_NOTHING);
        let process_1 = engine.assert_pause("least");
        for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
            assert_eq!(process_1.status(set), "0000000000000000", "{set}");
        }
        assert_eq!((process_1.status("NoNewPrivs"), process_1.status("Seccomp")), ("1".into(), "2".into()));
        engine.join("least", "least-app");
        assert_eq!(engine.leave_orphans("least", "least-many"), 0);
        assert_eq!(engine.stop("least", "60"), "0");
    })?;
    report.step("as user 0 it is the same, and SIGINT ends it with 0 too", || {
        engine.infra("root", &["--user=0"]);
        assert_eq!(engine.assert_pause("root").status("Uid"), "0 0 0 0");
        docker.docker(&["kill", "--signal=INT", "root"]).ok();
        assert_eq!(docker.docker(&["wait", "root"]).ok(), "0\n");
        assert_eq!(docker.docker(&["logs", "root"]).stderr, "Shutting down, got signal: Interrupt\n");
    })?;
    report.step("the containers are removed, and nothing is left over", || {
        let all = docker.docker(&["ps", "--all", "--quiet"]).ok();
        let remove = ["rm", "--force"].into_iter().chain(all.split_whitespace());
        docker.docker(&remove.collect::<Vec<_>>()).ok();
        until("all is as it was before", || Inventory::of(&docker.machine) == before);
    })
}

struct Engine<'docker>(&'docker Docker);

impl Engine<'_> {
    /// Runs pause in namespaces that others may join.
    #[track_caller]
    fn infra(&self, name: &str, options: &[&str]) {
        self.infra_of(project::reference(), name, options);
    }

    #[track_caller]
    fn infra_of(&self, image: &str, name: &str, options: &[&str]) {
        let run = ["run", "--detach", "--network=none", "--ipc=shareable", "--name", name];
        self.0.docker(&[&run, options, &[image]].concat()).ok();
    }

    /// Runs a container in the namespaces of another.
    #[track_caller]
    fn join(&self, pod: &str, name: &str) {
        let [pid, network, ipc] = ["pid", "network", "ipc"].map(|kind| format!("--{kind}=container:{pod}"));
        let run = ["run", "--detach", "--name", name, &pid, &network, &ipc];
        self.0.docker(&[&run, &LITTLE[..], &[busybox::REFERENCE]].concat()).ok();
    }

    fn shell(&self, name: &str, command: &str) -> Said {
        self.0.docker(&["exec", name, "sh", "-c", command])
    }

    #[track_caller]
    fn pid(&self, name: &str) -> String {
        self.0.docker(&["inspect", "--format={{.State.Pid}}", name]).ok()
    }

    #[track_caller]
    fn process_1(&self, name: &str) -> Process1 {
        Process1::new(&self.0.machine, &self.pid(name))
    }

    /// It is process 1, and set up.
    #[track_caller]
    fn assert_pause(&self, name: &str) -> Process1 {
        self.0.machine.until_it_waits(&self.pid(name));
        let process_1 = self.process_1(name);
        assert_eq!(process_1.status("Name"), "pause");
        assert!(process_1.status("NSpid").ends_with(" 1"), "it is process 1");
        process_1
    }

    /// Leaves orphans in a pod, and once more as many. The first are killed, the others end with the container that left
    /// them, as Docker kills what is in its control group: how many zombies that makes.
    #[track_caller]
    fn leave_orphans(&self, pod: &str, name: &str) -> usize {
        let process_1 = self.process_1(pod);
        let pid = format!("--pid=container:{pod}");
        self.0.docker(&["run", "--detach", "--network=none", "--name", name, &pid, busybox::REFERENCE]).ok();
        self.shell(name, &abandon()).ok();
        process_1.until_it_has_adopted();
        let zombies = process_1.zombies_of_orphans(|command| drop(self.shell(name, command)));
        self.shell(name, &abandon()).ok();
        until("process 1 has adopted them", || process_1.orphans().count() == zombies + ORPHANS);
        self.0.docker(&["rm", "--force", name]).ok();
        process_1.zombies_of_orphans(|_| {})
    }

    /// Stops it, and says with which status it has ended.
    #[track_caller]
    fn stop(&self, name: &str, patience: &str) -> String {
        self.0.docker(&["stop", "--time", patience, name]).ok();
        self.0.docker(&["inspect", "--format={{.State.ExitCode}}", name]).ok().trim().to_owned()
    }
}
