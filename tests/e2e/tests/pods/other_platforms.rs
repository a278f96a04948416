//! The images of other platforms: each as the infra container of a pod, under emulation, for an ordinary user's podman.
//!
//! The kernel learns of the emulators in that user's namespace alone (Linux 6.7 and later), not on this machine.

use crate::images;
use crate::podman_pod::Pod;
use crate::process_1::TERMINATED;
use e2e::inventory::Inventory;
use e2e::platform::Platform;
use e2e::report::Report;
use e2e::{Podman, project};
use testkit::until;

/// One that counts bytes as this machine does, and one that does not.
const PLATFORMS: [&str; 2] = ["linux/arm64", "linux/s390x"];

/// What a user does who is root in a namespace of its own.
const REGISTER: &str = "folder=/proc/sys/fs/binfmt_misc
    [ -e $folder/register ] || mount -t binfmt_misc binfmt_misc $folder
    printf %s \"$1\" > $folder/register";

pub fn run(report: &mut Report) -> Option<()> {
    report.about("podman-foreign", "");
    let podman = report.step("a machine is made for it, with an ordinary user", Podman::rootless)?;
    let version = report.step("it loads the image of BusyBox", || {
        podman.load(images::busybox());
        podman.podman(&["version", "--format", "{{.Client.Version}}"]).ok()
    })?;
    report.about("podman-foreign", &version);
    let own = Platform::own().name;
    for platform in
        Platform::all().iter().filter(|platform| PLATFORMS.contains(&&*platform.name) && platform.name != own)
    {
        pod(report, &podman, platform)?;
    }
    Some(())
}

fn pod(report: &mut Report, podman: &Podman, platform: &Platform) -> Option<()> {
    let name = &platform.name;
    report.step(&format!("{name}: it finds the image in the archive, and the emulator"), || {
        let source = format!("oci-archive:{}", podman.reachable(images::pause()));
        podman.podman(&["pull", "--quiet", "--arch", platform.part(1).expect("it has one"), &source]).ok();
        let inspect = ["image", "inspect", "--format={{.Os}}/{{.Architecture}}", project::reference()];
        assert_eq!(podman.podman(&inspect).ok().trim(), name);
        podman.podman(&["unshare", "sh", "-euc", REGISTER, "sh", &platform.registration()]).ok();
    })?;
    let before = Inventory::of(&podman.machine);
    let pod = report.step(&format!("{name}: a pod starts, and its process 1 is emulated"), || {
        let pod = Pod::start(podman, "pod", Some(project::reference()));
        pod.until_it_waits();
        assert_eq!(pod.process_1().executable().file_name(), platform.emulator().file_name());
        pod
    })?;
    report.step(&format!("{name}: orphans are reaped, if later than where the kernel does it"), || {
        pod.leave_orphans_by_exec();
        until("all orphans are reaped", || pod.process_1().orphans().count() == 0);
    })?;
    report.step(&format!("{name}: the pod, given 60 s to stop, does: 0"), || {
        assert_eq!((&*pod.stop("60"), &*pod.log()), ("0", TERMINATED));
    })?;
    report.step(&format!("{name}: the pod is removed, and nothing is left over"), || {
        pod.remove();
        until("all is as it was before", || Inventory::of(&podman.machine) == before);
    })
}
