//! The images of other platforms run under emulation.

use crate::expected::{Image, images, init_version, parse, pause_version};
use e2e::platform::Platform;
use e2e::process::TERMINATED;
use e2e::project::{output, package_of_zombies};
use e2e::tool;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;
use testkit::pod::waits_for_signals;
use testkit::{PodProcess, until};

/// Registers an emulator and changes the root. In a user namespace, `binfmt_misc` is one of its own (since Linux 6.7),
/// so that nothing changes on this machine.
const REGISTER: &str = "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    printf %s \"$1\" > /proc/sys/fs/binfmt_misc/register
    shift
    exec chroot \"$@\"";

/// Unpacks images of a platform into `root` in a new folder.
#[track_caller]
fn unpack(platform: &Platform, images: &[Image]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir(folder.path().join("root")).expect("a folder can be made");
    for image in images {
        let copy = folder.path().join(image.program);
        let archive = format!("oci-archive:{}", image.archive());
        output(platform.skopeo("copy").arg(archive).arg(format!("dir:{}", copy.display())));
        let manifest = parse(fs::read(copy.join("manifest.json")).expect("skopeo has copied the image"));
        let layer = manifest["layers"][0]["digest"].as_str().expect("a digest").replace("sha256:", "");
        output(tool("tar").arg("-xzf").arg(copy.join(layer)).arg("-C").arg(folder.path().join("root")));
    }
    folder
}

#[test]
fn the_images_of_other_machines_run_under_emulation() {
    let own = Platform::own().name;
    for platform in Platform::all().into_iter().filter(|platform| platform.name != own) {
        let mut images = images();
        images.retain(|image| image.platforms().iter().any(|found| found.name == platform.name));
        let folder = unpack(&platform, &images);
        let root = folder.path().join("root");
        let start = |arguments: &[&str]| {
            let mut unshare = tool("unshare");
            unshare.args(["--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc"]);
            unshare.args([REGISTER, "sh", &platform.registration()]);
            unshare.arg(&root).args(arguments);
            unshare.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            PodProcess::outside(unshare)
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();

        let init: &[&str] = &["/init", "-e0", "--", "/init", "--version"];
        for (command, version) in [(&["/pause", "-v"][..], pause_version()), (init, init_version())] {
            let output = start(command).wait();
            assert_eq!((text(&output.stdout), text(&output.stderr)), (version, "".into()), "{}", platform.name);
        }

        if images.iter().any(|image| image.program == "zombies") {
            let output = start(&["/zombies", "--version"]).wait();
            let version = format!("zombies {}\n", package_of_zombies().version());
            assert_eq!((text(&output.stdout), text(&output.stderr)), (version, "".into()), "{}", platform.name);
        }

        let shim = start(&["/pause"]);
        let children = format!("/proc/{pid}/task/{pid}/children", pid = shim.pid());
        let process_1 = || fs::read_to_string(&children).unwrap_or_default().trim().to_owned();
        until(&format!("process 1 waits for signals on {}", platform.name), || {
            waits_for_signals(&Path::new("/proc").join(process_1()))
        });
        kill(Pid::from_raw(process_1().parse().expect("a number")), Signal::SIGTERM).expect("process 1 is alive");
        let output = shim.wait();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), TERMINATED.into()), "{}", platform.name);
    }
}
