//! podman, as an ordinary user: the same as root's.

use crate::podman::pods;
use e2e::Podman;
use e2e::report::Report;

pub fn run(report: &mut Report) -> Option<()> {
    report.about("podman-rootless", "");
    let podman = report.step("a machine is made for it, with an ordinary user", Podman::rootless)?;
    pods(report, "podman-rootless", &podman)
}
