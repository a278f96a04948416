//! podman loads the image and runs it.

use crate::expected::{
    INIT, NO_ZOMBIES, PAUSE, ZOMBIES, archive, assert_inspected, assert_one_file, assert_runs_and_stops, init_version,
    parse, pause_version, with_init, zombies,
};
use e2e::platform::Platform;
use e2e::project::reference;
use e2e::{Podman, Release};
use std::process::Command;

#[test]
fn podman_loads_it_and_runs_it() {
    assert_loads_and_runs(&Podman::rootful(Release::Own, "runc"));
}

#[test]
fn podman_5_loads_it_runs_it_and_builds_from_it() {
    let podman = Podman::rootful(Release::Forky, "crun");
    assert_loads_and_runs(&podman);
    podman.podman(&["load", "--input", &INIT.archive()]).ok();
    podman.machine.write("/run/context/Dockerfile", &with_init());
    let build = |reference: &str| {
        let reference = format!("--build-arg=INIT={reference}");
        podman.podman(&["build", "--network=none", "--tag=localhost/with-init", &reference, "/run/context"])
    };
    build(INIT.reference()).ok();
    let run = ["run", "--rm", "--network=none", "--pull=never"];
    assert_eq!(podman.podman(&[&run[..], &["localhost/with-init", "--version"]].concat()).ok(), init_version());
    assert_eq!(podman.podman(&[&run[..], &[reference(), "-v"]].concat()).ok(), pause_version());

    // Control: an image of another name is looked for in a registry, and not found.
    let other = format!("{}-other", INIT.reference());
    assert!(build(&other).stderr.contains("https://pause.localhost/v2/"));
}

/// What a pod does with an init container and an `emptyDir`, which everybody may write.
#[test]
fn init_installs_itself_on_a_volume_and_another_container_runs_it() {
    let podman = Podman::rootful(Release::Forky, "crun");
    podman.podman(&["load", "--input", &INIT.archive()]).ok();
    let run = |volume: &str, arguments: &[&str]| {
        let options = ["run", "--rm", "--network=none", "--pull=never", "--read-only", "--cap-drop=all", volume];
        podman.podman(&[&options[..], arguments].concat())
    };
    let mut mkdir = Command::new("mkdir");
    mkdir.args(["--mode=777", "/run/volume"]);
    podman.machine.run(mkdir).ok();
    let image = INIT.reference();
    let of_another_user = ["--user=1000", "--entrypoint=/from-init/init", image, "--version"];
    assert!(!run("--volume=/run/volume:/from-init", &of_another_user).status.success(), "the control: it is not there");
    run("--volume=/run/volume:/from-init", &["--entrypoint=/init", image, "--install", "/from-init"]).ok();
    assert_eq!(run("--volume=/run/volume:/from-init:ro", &of_another_user).ok(), init_version());
}

#[track_caller]
fn assert_loads_and_runs(podman: &Podman) {
    let output = podman.podman(&["load", "--input", archive()]).ok();
    assert!(output.contains(reference()), "{output}");
    assert_inspected(&parse(podman.podman(&["image", "inspect", reference()]).ok())[0], PAUSE, &Platform::own());
    let root = podman.podman(&["image", "mount", reference()]).ok();
    assert_one_file(&podman.machine, root.trim());
    podman.run(reference(), "pod");
    assert_runs_and_stops(&podman.machine, |arguments| podman.podman(arguments), "pod");

    let Some(zombies) = zombies() else { return };
    podman.podman(&["load", "--input", &zombies.archive]).ok();
    let inspected = podman.podman(&["image", "inspect", ZOMBIES.reference()]).ok();
    assert_inspected(&parse(inspected)[0], ZOMBIES, &Platform::own());
    let run = ["run", "--rm", "--network=none", "--pull=never", "--cap-drop=all", "--read-only", ZOMBIES.reference()];
    assert_eq!(podman.podman(&run).ok(), NO_ZOMBIES);
}
