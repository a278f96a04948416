//! Strict policies: seccomp profiles with nothing but what the programs need, on a read-only root without capabilities.

use crate::engine::{Engine, Pod};
use crate::engines::docker::{self, DockerPod};
use crate::images;
use e2e::project::{folder, init_reference, reference};
use e2e::report::Report;
use e2e::{Release, busybox};
use serde_json::Value;
use std::fs;

const STRICT: [&str; 3] = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"];

/// The option for the seccomp profile of a program.
fn profile(program: &str) -> String {
    format!("--security-opt=seccomp={}/manifests/seccomp/{program}.json", folder().display())
}

/// The option for the profile of `pause` without one of its system calls, in a file that the test removes.
fn profile_without(call: &str, file: &tempfile::NamedTempFile) -> String {
    let profile = fs::read_to_string(folder().join("manifests/seccomp/pause.json")).expect("a file of the project");
    let mut profile: Value = serde_json::from_str(&profile).expect("JSON");
    let names = profile["syscalls"][0]["names"].as_array_mut().expect("a list of names");
    names.retain(|name| name != call);
    fs::write(file, profile.to_string()).expect("a file can be written");
    format!("--security-opt=seccomp={}", file.path().display())
}

pub fn run(report: &mut Report, release: Release) -> Option<()> {
    let docker = report.step("Docker starts and loads the images", || docker::start(release))?;
    report.set_version(&docker.version());
    report.step("pause works with its seccomp profile: it reaps, and exits with 0", || {
        let pod = DockerPod::start(&docker, "strict", reference(), &[&STRICT[..], &[&profile("pause")]].concat(), &[]);
        pod.process_1().assert_is_pause(docker.id_of_sandbox());
        assert_eq!(pod.process_1().status("Seccomp"), "2", "a filter is active");
        docker::assert_reaps_and_stops(pod);
    })?;
    report.step("control: without rt_sigtimedwait it exits with 42, and names the call", || {
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        let refused = profile_without("rt_sigtimedwait", &file);
        let output =
            docker.docker(&[&["run", "--rm", "--network=none", &refused], &STRICT[..], &[reference()]].concat());
        assert_eq!(output.status.code(), Some(42), "{output:?}");
        assert_eq!(output.stderr, "Error: rt_sigtimedwait refused\n");
    })?;
    report.step("control: another program does not run with that profile", || {
        let run = ["run", "--rm", "--network=none", "--entrypoint=uname", &profile("pause")];
        let output = docker.docker(&[&run[..], &STRICT, &[busybox::REFERENCE]].concat());
        assert!(!output.status.success(), "{output:?}");
    })?;
    report.step("init works with its profile, alone with -P and with a program", || {
        docker.docker(&["load", "--input", &images::init()]).ok();
        for arguments in [&["-P"][..], &["--", "/init", "-P"]] {
            let run = ["run", "--detach", "--name=init", "--network=none", "--entrypoint=/init", &profile("init")];
            docker.docker(&[&run[..], &STRICT, &[init_reference()], arguments].concat()).ok();
            docker.docker(&["stop", "--time=60", "init"]).ok();
            assert_eq!(docker.docker(&["wait", "init"]).ok().trim(), "0", "{arguments:?}");
            docker.docker(&["rm", "init"]).ok();
        }
    })
}
