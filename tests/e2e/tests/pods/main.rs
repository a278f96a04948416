//! Real pods on real runtimes, driven as a kubelet, a developer or an operator drives them; what was done is a table.
//!
//! usage: e2e [RUNTIME…], all of them if none is named

mod containerd;
mod docker;
mod docker_pod;
mod images;
mod init;
mod interrupted;
mod other_platforms;
mod podman;
mod podman_pod;
mod process_1;
mod rootless;

use e2e::report::Report;
use std::env;
use std::process::ExitCode;

/// What is done with a runtime; none where it had to be given up.
type Run = fn(&mut Report) -> Option<()>;

const RUNTIMES: [(&str, Run); 10] = [
    ("containerd-1.6", containerd::line_1_6),
    ("containerd-1.7", containerd::line_1_7),
    ("containerd-2", containerd::line_2),
    ("podman", podman::run),
    ("podman-rootless", rootless::run),
    ("podman-foreign", other_platforms::run),
    ("docker", docker::run),
    ("docker-init", init::docker),
    ("podman-init", init::podman),
    ("interrupted", interrupted::run),
];

fn main() -> ExitCode {
    let names: Vec<String> = env::args().skip(1).collect();
    if let Some(unknown) = names.iter().find(|name| RUNTIMES.iter().all(|(known, _)| known != name)) {
        let known = RUNTIMES.map(|(name, _)| name).join(", ");
        eprintln!("e2e: {unknown:?} is none of the runtimes: {known}");
        return ExitCode::FAILURE;
    }
    let mut report = Report::default();
    for (_, run) in RUNTIMES.iter().filter(|(name, _)| names.is_empty() || names.iter().any(|asked| asked == name)) {
        run(&mut report);
    }
    if report.finish() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
