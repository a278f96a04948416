//! The images of other platforms: each as the infra container of a pod, emulated, in an ordinary user's podman.
//!
//! The emulators are registered in that user's namespace only, not on this machine (Linux 6.7 and later).

use crate::engine::Engine;
use crate::images;
use e2e::inventory::Inventory;
use e2e::platform::Platform;
use e2e::process::{ORPHANS, TERMINATED, abandon};
use e2e::report::Report;
use e2e::{Podman, Release, project};
use testkit::until;

/// A little-endian platform and a big-endian one.
const PLATFORMS: [&str; 2] = ["linux/arm64", "linux/s390x"];

/// Registers an emulator, as root of a user namespace.
const REGISTER: &str = "folder=/proc/sys/fs/binfmt_misc
    [ -e $folder/register ] || mount -t binfmt_misc binfmt_misc $folder
    printf %s \"$1\" > $folder/register";

pub fn run(report: &mut Report) -> Option<()> {
    let podman = report.step("the runtime starts and loads the image of BusyBox", || {
        let podman = Podman::rootless(Release::Own, "runc");
        podman.load(images::busybox());
        podman
    })?;
    report.set_version(&podman.version());
    let own = Platform::own().name;
    for platform in
        Platform::all().iter().filter(|platform| PLATFORMS.contains(&&*platform.name) && platform.name != own)
    {
        run_pod(report, &podman, platform)?;
    }
    Some(())
}

fn run_pod(report: &mut Report, podman: &Podman, platform: &Platform) -> Option<()> {
    let name = &platform.name;
    report.step(&format!("{name}: podman finds the platform in the archive"), || {
        let source = format!("oci-archive:{}", podman.copy_archive(images::pause()));
        podman.podman(&["pull", "--quiet", "--arch", platform.part(1).expect("it has one"), &source]).ok();
        let inspect = ["image", "inspect", "--format={{.Os}}/{{.Architecture}}", project::reference()];
        assert_eq!(podman.podman(&inspect).ok().trim(), name);
        podman.podman(&["unshare", "sh", "-euc", REGISTER, "sh", &platform.registration()]).ok();
    })?;
    let before = Inventory::of(&podman.machine);
    let pod = report.step(&format!("{name}: a pod starts, and its process 1 is emulated"), || {
        let pod = podman.start_pod("pod", project::reference());
        pod.process_1().until_it_waits();
        assert_eq!(pod.process_1().executable().file_name(), platform.emulator().file_name());
        pod
    })?;
    report.step(&format!("{name}: orphans are reaped, though some are zombies for a moment"), || {
        let process_1 = pod.process_1();
        pod.exec(&abandon(ORPHANS));
        process_1.until_it_has_adopted(ORPHANS);
        _ = process_1.zombies_of_orphans(|command| drop(pod.exec(command))); // an emulated process 1 is slower to reap
        until("process 1 has reaped all orphans", || process_1.orphans().count() == 0);
    })?;
    report.step(&format!("{name}: a stopped pod exits with status 0, and nothing is left"), || {
        pod.stop(60);
        assert_eq!((pod.exit_status(), pod.log().as_deref()), (0, Some(TERMINATED)));
        pod.remove();
        before.until_restored(|| Inventory::of(&podman.machine), |_| false);
    })
}
