//! Real pods on real container runtimes, driven as a kubelet, a developer or an operator drives them. Prints a table of
//! the steps.
//!
//! usage: e2e [RUNTIME…], every runtime by default

mod engine;
mod engines;
mod hardening;
mod images;
mod init;
mod interrupted;
mod other_platforms;
mod scenario;

use e2e::containerd::Release;
use e2e::report::Report;
use engines::{containerd, docker, podman};
use std::env;
use std::process::ExitCode;

/// Runs the steps of a runtime. Returns `None` if a step failed that later ones need.
type Run = fn(&mut Report) -> Option<()>;

const RUNTIMES: [(&str, Run); 11] = [
    ("containerd-1.6", |report| scenario::run(report, || containerd::start("1.6", Release::Own))),
    ("containerd-1.7", |report| scenario::run(report, || containerd::start("1.7", Release::Trixie))),
    ("containerd-2", |report| scenario::run(report, || containerd::start("2", Release::Forky))),
    ("podman", |report| scenario::run(report, podman::start)),
    ("podman-rootless", |report| scenario::run(report, podman::start_rootless)),
    ("docker", |report| scenario::run(report, docker::start)),
    ("podman-other-platforms", other_platforms::run),
    ("docker-init", init::docker),
    ("podman-init", init::podman),
    ("hardening", hardening::run),
    ("interrupted", interrupted::run),
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
