//! podman, as root: pods with our infra container, and with one that neither reaps nor listens.

use crate::images;
use crate::podman_pod::Pod;
use crate::process_1::{ORPHANS, TERMINATED};
use e2e::inventory::Inventory;
use e2e::report::Report;
use e2e::{Podman, busybox, project};
use testkit::until;

const IGNORED: &str = "Ignored a signal from the pod\n";

pub fn run(report: &mut Report) -> Option<()> {
    report.about("podman", "");
    let podman = report.step("a machine is made for it", Podman::new)?;
    pods(report, "podman", &podman)
}

/// What is done with a podman, whoever runs it.
pub fn pods(report: &mut Report, name: &str, podman: &Podman) -> Option<()> {
    let version = report.step("it loads the images", || {
        podman.load(images::pause());
        podman.load(images::guard());
        podman.load(images::busybox());
        podman.podman(&["version", "--format", "{{.Client.Version}}"]).ok()
    })?;
    report.about(name, &version);
    let before = Inventory::of(&podman.machine);

    let pod = report.step("a pod with the infra container pause starts", || {
        Pod::start(podman, "pod", Some(project::reference()))
    })?;
    report.step("its process 1 is /pause, has given up what podman gave it, and waits", || pod.assert_process_1())?;
    report.step("two containers of it see the infra container, and each other", || pod.assert_shared())?;
    report.step("orphans that an exec leaves behind are reaped", || assert_eq!(pod.leave_orphans_by_exec(), 0))?;
    report.step("orphans that an ended container leaves behind are reaped", || {
        assert_eq!(pod.leave_orphans_by_container(), 0);
    })?;
    let deaf = report.step("the control, a pod whose process 1 does not reap, starts", || {
        Pod::start(podman, "control", Some(busybox::REFERENCE))
    })?;
    report.step("the control keeps the same orphans, all of them, as zombies", || {
        assert_eq!(deaf.leave_orphans_by_exec(), ORPHANS);
        assert_eq!(deaf.leave_orphans_by_container(), 2 * ORPHANS);
    })?;
    report.step("the pod, given 60 s to stop, does: its infra container ends with 0", || {
        assert_eq!(pod.stop("60"), "0");
        assert_eq!(pod.log(), TERMINATED);
    })?;
    report.step("the control, given 3 s, must be killed: 137", || assert_eq!(deaf.stop("3"), "137"))?;
    report.step("the pod is started again, reaps, and stops with 0 again", || {
        podman.podman(&["pod", "start", "pod"]).ok();
        pod.assert_process_1();
        assert_eq!(pod.leave_orphans_by_exec(), 0);
        assert_eq!((pod.stop("60"), pod.log()), ("0".into(), TERMINATED.repeat(2)));
    })?;
    report.step("control: a container that runs `kill 1` ends the infra container", || {
        podman.podman(&["pod", "start", "pod"]).ok();
        pod.until_it_waits();
        pod.attack();
        until("the infra container has ended", || pod.infra_state() == "exited=0");
        pod.stop("1");
    })?;
    let guarded = report.step("with the image of --guard it does not, and stop still does: 0", || {
        let pod = Pod::start(podman, "guarded", Some(project::guarded_reference()));
        pod.until_it_waits();
        pod.attack();
        until("both signals have been ignored", || pod.log() == IGNORED.repeat(2));
        assert_eq!((&*pod.stop("60"), pod.log()), ("0", IGNORED.repeat(2) + TERMINATED));
        pod
    })?;
    let configured = report.step("a pod gets it by infra_image of containers.conf too", || {
        podman.configure(&format!("infra_image = \"{}\"", project::reference()));
        let pod = Pod::start(podman, "configured", None);
        pod.assert_process_1();
        assert_eq!(pod.stop("60"), "0");
        pod
    })?;
    report.step("the pods are removed, and nothing is left over", || {
        [pod, deaf, guarded, configured].into_iter().for_each(Pod::remove);
        until("all is as it was before", || Inventory::of(&podman.machine) == before);
    })
}
