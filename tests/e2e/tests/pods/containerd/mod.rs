//! containerd as the kubelet drives it, of the lines that nodes run.

mod density;
mod guard;
mod namespaces;
mod orphans;
mod restart;
mod second_pod;
mod shutdown;

use crate::images;
use e2e::Node;
use e2e::containerd::Release;
use e2e::project::reference;
use e2e::report::Report;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::deadline::PATIENCE;

pub fn line_1_6(report: &mut Report) -> Option<()> {
    run(report, "1.6", Release::Own)
}

pub fn line_1_7(report: &mut Report) -> Option<()> {
    run(report, "1.7", Release::Trixie)
}

pub fn line_2(report: &mut Report) -> Option<()> {
    run(report, "2", Release::Forky)
}

fn run(report: &mut Report, line: &str, release: Release) -> Option<()> {
    report.about(&format!("containerd-{line}"), "");
    report.step("the image is assembled", images::pause)?;
    let mut node = report.step("a node starts, and imports the images", || {
        let version = release.version();
        assert!(version.starts_with(&format!("{line}.")), "containerd here is {version}, and not of the line {line}");
        Node::start(release, reference(), &[images::pause(), images::busybox()])
    })?;
    report.about(&format!("containerd-{line}"), &release.version());
    // Not of 1.6: it has no word for it.
    let is_pinned = release != Release::Own;
    report.step(if is_pinned { PINNED } else { NOT_PINNED }, || {
        let image = node.image(reference()).expect("it is there under the name that the configuration has");
        assert_eq!((image.is_pinned, image.uid), (is_pinned, Some(65535)));
    });
    let empty = report.step("what is there before the first pod is noted", || node.inventory())?;
    // Each of them goes as far as it can.
    namespaces::run(report, &node);
    orphans::run(report, &node, release);
    shutdown::run(report, &node);
    guard::run(report, &node, release);
    second_pod::run(report, &node);
    restart::run(report, &mut node);
    density::run(report, &node);
    let shims = report.step("no pod is there: no process, mount, cgroup, interface, address, snapshot", || {
        let start = Instant::now();
        loop {
            let left = node.inventory().since(&empty);
            // containerd 2 now and then forgets the shim of a pod that it ended: nobody is in it.
            let is_known = release == Release::Forky && left.iter().all(|line| line == "process containerd-shim");
            if left.is_empty() || is_known && start.elapsed() > SHIMS_END {
                return left.len();
            }
            assert!(start.elapsed() < PATIENCE, "left over: {left:#?}");
            sleep(Duration::from_millis(10));
        }
    })?;
    if shims > 0 {
        report.note(&format!("{shims} shims with nobody in them stay, a known fault of containerd 2"));
    }
    Some(())
}

/// How long shims may take to end that are not forgotten.
const SHIMS_END: Duration = Duration::from_secs(10);

const PINNED: &str = "the sandbox image is found under its name, and pinned: never collected";
const NOT_PINNED: &str = "the sandbox image is found under its name; this line pins none";
