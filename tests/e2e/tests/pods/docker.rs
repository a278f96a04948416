//! Docker: containers that join the namespaces of one which runs pause, as the containers of a pod do.

use crate::docker_pod::Engine;
use crate::images;
use crate::process_1::{ORPHANS, TERMINATED, abandon_one_by_one};
use e2e::inventory::Inventory;
use e2e::report::Report;
use e2e::{Docker, busybox};
use testkit::until;

/// Nothing that can be taken away is left, and no less memory than Docker lets one ask for.
const NEXT_TO_NOTHING: [&str; 5] =
    ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=6m", "--pids-limit=1"];

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
        process_1.assert_unprivileged();
    })?;
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
        process_1.until_it_has_adopted(1);
        assert_eq!(process_1.zombies_of_orphans(|command| drop(engine.shell("app", command))), 0);
    })?;
    report.step("stop, with 60 s of patience, ends it with status 0", || {
        assert_eq!(engine.stop("pod", "60"), "0");
        assert_eq!(docker.docker(&["logs", "pod"]).stderr, TERMINATED);
    })?;
    report.step("the control, given 1 s, must be killed: 137", || assert_eq!(engine.stop("control", "1"), "137"))?;
    report.step("read-only, no capabilities, 6 MB, one process: it runs, and stops with 0", || {
        engine.infra("least", &NEXT_TO_NOTHING);
        let process_1 = engine.assert_pause("least");
        process_1.assert_unprivileged();
        assert_eq!(process_1.status("CapBnd"), "0000000000000000");
        engine.join("least", "least-app");
        assert_eq!(engine.leave_orphans("least", "least-many"), 0);
        assert_eq!(engine.stop("least", "60"), "0");
    })?;
    report.step("as user 0 it is the same, and SIGINT ends it with 0 too", || {
        engine.infra("root", &["--user=0"]);
        let process_1 = engine.assert_pause("root");
        assert_eq!(process_1.status("Uid"), "0 0 0 0");
        process_1.assert_unprivileged();
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
