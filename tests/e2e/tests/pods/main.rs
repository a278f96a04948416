//! Real pods on real container runtimes, driven as a kubelet, a developer or an operator drives them. Prints a table of
//! the steps.
//!
//! usage: e2e [RUNTIME…], every runtime by default

mod engine;
mod engines;
mod hardening;
mod images;
mod infra;
mod init;
mod init_nri;
mod interrupted;
mod oci_init;
mod other_platforms;
mod scenario;
mod zombies;

use e2e::Podman;
use e2e::Release::{Forky, Own, Trixie};
use e2e::report::Report;
use engines::{containerd, docker, kube_play, podman};
use oci_init::bundle::Runtime;
use std::env;
use std::process::ExitCode;

/// Runs the steps of a runtime. Returns `None` if a step failed that later ones need.
type Run = fn(&mut Report) -> Option<()>;

const RUNTIMES: [(&str, Run); 45] = [
    ("containerd-1.6", |report| scenario::run(report, || containerd::start("1.6", Own, "runc"))),
    ("containerd-1.7", |report| scenario::run(report, || containerd::start("1.7", Trixie, "runc"))),
    ("containerd-2", |report| scenario::run(report, || containerd::start("2", Forky, "runc"))),
    ("containerd-2-crun", |report| scenario::run(report, || containerd::start("2", Forky, "crun"))),
    ("podman", |report| scenario::run(report, || podman::start(Own, "runc"))),
    ("podman-rootless", |report| scenario::run(report, || podman::start_rootless(Own, "runc"))),
    ("podman-5", |report| scenario::run(report, || podman::start(Forky, "crun"))),
    ("podman-5-runc", |report| scenario::run(report, || podman::start(Forky, "runc"))),
    ("podman-5-rootless", |report| scenario::run(report, || podman::start_rootless(Forky, "crun"))),
    ("podman-5-rootless-runc", |report| scenario::run(report, || podman::start_rootless(Forky, "runc"))),
    ("podman-5-kube-play", |report| scenario::run(report, || kube_play::start(Forky, "crun"))),
    ("podman-5-infra", infra::run),
    ("docker", |report| scenario::run(report, || docker::start(Own))),
    ("docker-28", |report| scenario::run(report, || docker::start(Forky))),
    ("podman-other-platforms", other_platforms::run),
    ("docker-init", |report| init::docker(report, Own)),
    ("docker-28-init", |report| init::docker(report, Forky)),
    ("podman-init", |report| init::podman(report, Own)),
    ("podman-5-init", |report| init::podman(report, Forky)),
    ("hardening", |report| hardening::run(report, Own)),
    ("docker-28-hardening", |report| hardening::run(report, Forky)),
    ("interrupted", interrupted::run),
    ("oci-init-runc", |report| oci_init::bundles::run(report, || Runtime::start(Own, "runc"))),
    ("oci-init-crun", |report| oci_init::bundles::run(report, || Runtime::start(Own, "crun"))),
    ("oci-init-runc-1.3", |report| oci_init::bundles::run(report, || Runtime::start(Forky, "runc"))),
    ("oci-init-crun-1.28", |report| oci_init::bundles::run(report, || Runtime::start(Forky, "crun"))),
    ("oci-init-containerd-1.6", |report| oci_init::containerd::run(report, Own)),
    ("oci-init-containerd-1.7", |report| oci_init::containerd::run(report, Trixie)),
    ("oci-init-containerd-2", |report| oci_init::containerd::run(report, Forky)),
    ("oci-init-docker", |report| oci_init::engines::docker(report, Own)),
    ("oci-init-docker-28", |report| oci_init::engines::docker(report, Forky)),
    ("oci-init-podman", |report| oci_init::engines::podman(report, Own, "runc", Podman::rootful)),
    ("oci-init-podman-5", |report| oci_init::engines::podman(report, Forky, "crun", Podman::rootful)),
    ("oci-init-podman-5-rootless", |report| oci_init::engines::podman(report, Forky, "crun", Podman::rootless)),
    ("oci-init-podman-5-runc", |report| oci_init::engines::podman(report, Forky, "runc", Podman::rootful)),
    ("init-nri-containerd-2", init_nri::run_old),
    ("init-nri-containerd", init_nri::run),
    ("zombies-containerd-1.6", |report| zombies::containerd::run(report, Own)),
    ("zombies-containerd-1.7", |report| zombies::containerd::run(report, Trixie)),
    ("zombies-containerd-2", |report| zombies::containerd::run(report, Forky)),
    ("zombies-docker", |report| zombies::engines::docker(report, Own)),
    ("zombies-docker-28", |report| zombies::engines::docker(report, Forky)),
    ("zombies-podman", |report| zombies::engines::podman(report, Own, "runc", Podman::rootful)),
    ("zombies-podman-5", |report| zombies::engines::podman(report, Forky, "crun", Podman::rootful)),
    ("zombies-podman-5-rootless", |report| zombies::engines::podman(report, Forky, "crun", Podman::rootless)),
];

fn main() -> ExitCode {
    let names: Vec<String> = env::args().skip(1).collect();
    if let Some(unknown) = names.iter().find(|name| RUNTIMES.iter().all(|(known, _)| known != name)) {
        let known = RUNTIMES.map(|(name, _)| name).join(", ");
        eprintln!("e2e: unknown runtime {unknown:?}; the runtimes are {known}");
        return ExitCode::FAILURE;
    }
    let mut report = Report::default();
    for (name, run) in RUNTIMES.iter().filter(|(name, _)| names.is_empty() || names.iter().any(|asked| asked == name)) {
        report.set_runtime(name);
        run(&mut report);
    }
    if report.finish() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
