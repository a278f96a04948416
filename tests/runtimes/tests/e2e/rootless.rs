//! podman, as an ordinary user: the same as root's.

use crate::podman::pods;
use runtimes::Podman;
use runtimes::report::Report;

pub fn run(report: &mut Report) -> Option<()> {
    report.about("podman-rootless", "");
    let podman = report.step("podman works for an ordinary user, in a user namespace", Podman::rootless)?;
    pods(report, "podman-rootless", &podman)
}
