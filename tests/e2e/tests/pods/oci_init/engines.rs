//! `docker run --runtime` and `podman --runtime`, with an image that has no init; and, for comparison, the engine's own
//! runtime.

use super::{RUNTIME_AT, install};
use crate::engine::Engine as _;
use crate::images;
use crate::init::{Client, ORPHANS};
use e2e::docker::CONFIGURATION_AT;
use e2e::project::folder;
use e2e::report::Report;
use e2e::{Docker, Podman, Release};
use std::fs;
use testkit::until;

/// The name of the runtime in `manifests/oci-init`.
const NAME: &str = "init";

/// A seccomp profile that refuses a call which init needs, and its path.
const PROFILE: &str =
    r#"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["wait4"], "action": "SCMP_ACT_ERRNO"}]}"#;
const PROFILE_AT: &str = "/run/profile.json";

pub fn docker(report: &mut Report, release: Release) -> Option<()> {
    let docker = report.step("Docker starts with one more runtime", || {
        let runc = release.program("runc").get_program().to_string_lossy().into_owned();
        let docker = Docker::start_after(release, |machine| {
            machine.overlay_etc();
            machine.write(CONFIGURATION_AT, &manifest("daemon.json"));
            install(machine, &runc);
        });
        docker.docker(&["load", "--input", images::busybox()]).ok();
        docker
    })?;
    report.set_version(&docker.version());
    let call = |arguments: &[&str]| docker.docker(arguments);
    let client = Client { name: "docker", machine: &docker.machine, call: &call, options: Vec::new() };
    run(report, &client, &format!("--runtime={NAME}"), "docker-init")
}

/// podman, which `start` starts: of root, or of an ordinary user.
pub fn podman(
    report: &mut Report,
    release: Release,
    runtime: &str,
    start: impl FnOnce(Release, &str) -> Podman,
) -> Option<()> {
    let podman = report.step("podman starts", || {
        let path = release.program(runtime).get_program().to_string_lossy().into_owned();
        let podman = start(release, runtime);
        install(&podman.machine, &path);
        podman.configure(&manifest("containers.conf"));
        podman.load(images::busybox());
        podman
    })?;
    report.set_version(&podman.version());
    // The runtime is an option of podman, not of `run`.
    let call = |arguments: &[&str]| {
        let is_ours = arguments.contains(&OURS);
        let rest = arguments.iter().copied().filter(|word| *word != OURS);
        // Releases from 4.6 on read the manifest.
        let name = if release == Release::Own { RUNTIME_AT } else { NAME };
        let runtime = is_ours.then_some(["--runtime", name]).into_iter().flatten();
        podman.podman(&runtime.chain(rest).collect::<Vec<_>>())
    };
    const OURS: &str = "--runtime=ours";
    let options = podman.cgroup_option().into_iter().collect();
    run(report, &Client { name: "podman", machine: &podman.machine, call: &call, options }, OURS, "podman-init")
}

/// A file of `manifests/oci-init`, with the path that the runtime has on the machine.
fn manifest(name: &str) -> String {
    let path = folder().join("manifests/oci-init").join(name);
    let text = fs::read_to_string(path).expect("a file of the project").replace("/usr/local/bin/oci-init", RUNTIME_AT);
    assert!(text.contains(RUNTIME_AT), "{text}");
    text
}

/// `ours` is the option of `run` that chooses the runtime, and `own_init` the name of the engine's own init.
fn run(report: &mut Report, client: &Client, ours: &str, own_init: &str) -> Option<()> {
    let is_rootless = client.name == "podman" && client.options.is_empty();
    let before = client.inventory();
    report.step("orphans are reaped; control: with the engine's runtime they stay as zombies", || {
        assert_eq!(client.zombies(&[ours]), 0);
        assert_eq!(client.zombies(&[]), ORPHANS);
    })?;
    report.step("exit statuses are those of the program, and its output arrives", || {
        for (script, expected) in [("echo out; exit 42", 42), ("echo out; kill -TERM $$", 143)] {
            let output = client.run(&["--rm", ours], script);
            assert_eq!((output.status.code(), &*output.stdout), (Some(expected), "out\n"), "{output:?}");
        }
    })?;
    report.step("the engine's stop reaches the program", || {
        let script = "trap 'exit 5' TERM; echo ready; while :; do sleep 0.1; done";
        client.run(&["--detach", "--name=it", ours], script).ok();
        until("the program is ready", || (client.call)(&["logs", "it"]).stdout.contains("ready"));
        assert_eq!(client.exec("it", "cat /proc/1/comm").trim(), ".init");
        (client.call)(&["stop", "--time=60", "it"]).ok();
        assert_eq!((client.call)(&["inspect", "--format={{.State.ExitCode}}", "it"]).ok().trim(), "5");
    })?;
    report.step("the container starts again; it is paused and unpaused if its user may", || {
        (client.call)(&["start", "it"]).ok();
        until("the program is ready", || (client.call)(&["logs", "it"]).stdout.matches("ready").count() == 2);
        let args = client.exec("it", "tr '\\0' ' ' < /proc/1/cmdline");
        assert!(args.starts_with("/.init -- /bin/sh "), "{args}");
        // An ordinary user has no cgroup here that could be frozen.
        if !is_rootless {
            (client.call)(&["pause", "it"]).ok();
            (client.call)(&["unpause", "it"]).ok();
        }
        assert_eq!(client.exec("it", "echo alive").trim(), "alive");
        client.remove("it");
    })?;
    if is_rootless {
        report.note("Ctrl-C is not tried: root starts the terminal of this test");
    } else {
        report.step("Ctrl-C at a terminal ends the program: status 130", || {
            let status = client.type_ctrl_c(&match client.name {
                "podman" => format!("podman --runtime={RUNTIME_AT} run"),
                name => format!("{name} run {ours}"),
            });
            assert_eq!(status, Some(130));
        })?;
    }
    report.step("a read-only root, an ordinary user, no capability; and the engine's own --init", || {
        let strict =
            ["--rm", ours, "--read-only", "--user=1000:1000", "--cap-drop=ALL", "--security-opt=no-new-privileges"];
        assert_eq!(client.run(&strict, "cat /proc/1/comm").ok(), ".init\n");
        // The engine's init is left as process 1.
        assert_eq!(client.run(&["--rm", ours, "--init"], "cat /proc/1/comm").ok().trim(), own_init);
        let shared = client.run(&["--rm", ours, "--pid=host"], "cat /proc/self/cmdline | tr '\\0' ' '");
        assert!(!shared.ok().contains(".init"), "it joins a PID namespace");
    })?;
    report.step("a refused container does not start, and the engine shows the line", || {
        client.machine.write(PROFILE_AT, PROFILE);
        let refused = |options: &[&str], line: &str| {
            let output = client.run(&[&["--rm", ours], options].concat(), ":");
            // podman quotes it.
            let shows = output.stderr.replace('\\', "").contains(&format!("oci-init: {line}"));
            assert!(!output.status.success() && shows, "{output:?}");
        };
        let profile = format!("--security-opt=seccomp={PROFILE_AT}");
        refused(&[&profile], "the container's seccomp profile refuses system calls that init needs: wait4;");
        if client.name == "podman" {
            // Docker has the option since release 24.
            let line = "the annotation init.pause/group is \"perhaps\": write \"true\" or \"false\"";
            refused(&["--annotation=init.pause/group=perhaps"], line);
        }
    })?;
    client.has_left_nothing(report, &before)
}
