//! Docker loads the image and runs it, and builds the same image without other tools.

use crate::expected::{
    INIT, NO_ZOMBIES, PAUSE, ZOMBIES, assert_inspected, assert_layer, assert_runs_and_stops, images, init_version,
    parse, pause_version, with_init, zombies,
};
use e2e::docker::Builder;
use e2e::platform::Platform;
use e2e::project::{folder, output};
use e2e::{Docker, Release, tool};
use std::fs;

#[test]
fn docker_loads_it_and_runs_it() {
    assert_loads_and_runs(&Docker::start(Release::Own));
}

#[test]
fn docker_28_loads_it_runs_it_and_builds_from_it() {
    let docker = Docker::start(Release::Forky);
    assert_loads_and_runs(&docker);
    let context = tempfile::tempdir().expect("a folder can be made");
    fs::write(context.path().join("Dockerfile"), with_init()).expect("a file can be written");
    let reference = format!("--build-arg=INIT={}", INIT.reference());
    docker.build(Builder::BuildKit, context.path(), &["--tag=with-init", &reference]);
    assert_eq!(docker.docker(&["run", "--rm", "--network=none", "with-init", "--version"]).ok(), init_version());
}

#[track_caller]
fn assert_loads_and_runs(docker: &Docker) {
    for image in images() {
        let output = docker.docker(&["load", "--input", &image.archive()]).ok();
        assert_eq!(output, format!("Loaded image: {}\n", image.reference()));
        let inspected = docker.docker(&["image", "inspect", image.reference()]).ok();
        assert_inspected(&parse(inspected)[0], image, &Platform::own());
        assert_layer(&*saved(docker, image.reference()), image.program, &Platform::own());
    }
    assert_runs(docker, PAUSE.reference());
    let init = ["run", "--rm", "--network=none", INIT.reference(), "/init", "--version"];
    assert_eq!(docker.docker(&init).ok(), init_version());
    if zombies().is_some() {
        assert_eq!(docker.docker(&["run", "--rm", "--network=none", ZOMBIES.reference()]).ok(), NO_ZOMBIES);
    }
}

/// The layer of an image, as `docker save` writes it.
#[track_caller]
fn saved(docker: &Docker, image: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let saved = folder.path().join("saved.tar");
    docker.docker(&["save", "--output", saved.to_str().expect("a path in UTF-8"), image]).ok();
    output(tool("tar").arg("-xf").arg(&saved).current_dir(&folder));
    let manifest = parse(fs::read(folder.path().join("manifest.json")).expect("Docker has written it"));
    let [layer] = &manifest[0]["Layers"].as_array().expect("a list")[..] else { panic!("one layer: {manifest}") };
    fs::read(folder.path().join(layer.as_str().expect("a path"))).expect("Docker has written it")
}

/// Asserts that a container of an image is process 1, and that stopping it ends it with status 0.
#[track_caller]
fn assert_runs(docker: &Docker, image: &str) {
    docker.docker(&["run", "--detach", "--network=none", "--name=pod", image]).ok();
    assert_runs_and_stops(&docker.machine, |arguments| docker.docker(arguments), "pod");
}

#[test]
fn docker_alone_can_build_it() {
    // Each builder for another platform, as they select platforms in different ways.
    let docker = Docker::start(Release::Own);
    e2e::builder::import(&docker, "builder");
    let other =
        Platform::all().into_iter().find(|platform| platform.name == "linux/arm64").expect("arm64 is in the table");
    let builder_image = "--build-arg=BUILDER=builder";
    for (builder, image, platform, arguments) in [
        (Builder::Classic, PAUSE, Platform::own(), &["--tag=own", builder_image][..]),
        (Builder::BuildKit, PAUSE, other, &["--tag=other", builder_image, "--platform=linux/arm64"]),
        (Builder::BuildKit, INIT, Platform::own(), &["--tag=init", builder_image, "--target=init"]),
    ] {
        docker.build(builder, folder(), arguments);
        let name = arguments[0].trim_start_matches("--tag=");
        let mut inspected = parse(docker.docker(&["image", "inspect", name]).ok())[0].take();
        inspected["Config"]["Env"].take(); // Docker itself sets a PATH
        assert_inspected(&inspected, image, &platform);

        let layer = saved(&docker, name);
        let mut archive = tar::Archive::new(&*layer);
        let headers: Vec<_> = archive.entries().unwrap().map(|entry| entry.unwrap().header().clone()).collect();
        let [header] = &headers[..] else { panic!("one file: {headers:?}") };
        assert_eq!(
            (&*header.path_bytes(), header.mode().unwrap() & 0o7777, header.mtime().unwrap()),
            (image.program.as_bytes(), 0o555, 0)
        );
        let machine = |elf: &[u8]| elf[..20].to_owned();
        let expected = machine(&platform.binary(image.program));
        assert_eq!(machine(&layer[512..]), expected, "an executable for {}", platform.name);
    }
    assert_eq!(docker.docker(&["run", "--rm", "--network=none", "own", "-v"]).ok(), pause_version());
    assert_runs(&docker, "own");
}
