//! skopeo finds every platform in the archive, which is an OCI layout and a `docker save` archive.

use crate::expected::{INIT, PAUSE, ZOMBIES, archive, assert_configuration, assert_layer, parse, zombies};
use e2e::platform::Platform;
use e2e::project::{guarded, output, package, reference};
use e2e::{Release, tool};
use serde_json::{Value, json};
use std::fs;

/// The limits of what a node downloads of each image: the layer, the configuration and the manifest of its platform.
const PAUSE_BYTES: usize = 4096;
const INIT_BYTES: usize = 12_288;
const ZOMBIES_BYTES: usize = 1 << 20;

#[test]
fn skopeo_finds_every_platform_in_the_layout() {
    for platform in Platform::all() {
        let guard = format!("oci-archive:{}", guarded(archive()));
        let guard = parse(output(platform.skopeo("inspect").args(["--config", &guard])));
        assert_eq!(guard["config"]["Entrypoint"], json!(["/pause", "--guard"]));

        let limits = [(PAUSE, PAUSE_BYTES), (INIT, INIT_BYTES)];
        for (image, limit) in limits.into_iter().chain(zombies().map(|_| (ZOMBIES, ZOMBIES_BYTES))) {
            if !image.platforms().iter().any(|found| found.name == platform.name) {
                let source = format!("oci-archive:{}", image.archive());
                let output = platform.skopeo("inspect").args(["--config", &source]).output().expect("skopeo");
                assert!(!output.status.success(), "{} has no image for {}", image.program, platform.name);
                continue;
            }
            let source = format!("oci-archive:{}", image.archive());
            let config = output(platform.skopeo("inspect").args(["--config", &source]));
            assert_configuration(&parse(&config), image, &platform);

            let folder = tempfile::tempdir().expect("a folder can be made");
            output(platform.skopeo("copy").arg(&source).arg(format!("dir:{}", folder.path().display())));
            let manifest = fs::read(folder.path().join("manifest.json")).expect("skopeo has copied the image");
            let size = |part: &Value| part["size"].as_u64().expect("a number") as usize;
            let layers = parse(&manifest)["layers"].as_array().expect("a list").clone();
            let [layer] = &layers[..] else { panic!("one layer: {layers:?}") };
            let blob = layer["digest"].as_str().expect("a digest").replace("sha256:", "");
            let blob = fs::File::open(folder.path().join(blob)).expect("skopeo has copied the image");
            assert_layer(flate2::read::GzDecoder::new(blob), image.program, &platform);
            let bytes = size(layer) + size(&parse(&manifest)["config"]) + manifest.len();
            assert!(bytes <= limit, "{} of {}: {bytes} bytes are more than {limit}", image.program, platform.name);
        }
    }
}

#[test]
fn skopeo_copies_all_platforms_by_the_tag() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let source = format!("oci-archive:{}:{}", archive(), package().version());
    output(tool("skopeo").args(["copy", "--all", &source]).arg(format!("dir:{}", folder.path().display())));
    let index = parse(fs::read(folder.path().join("manifest.json")).expect("skopeo has copied the image"));
    let found: Vec<String> = index["manifests"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|manifest| {
            let parts = ["os", "architecture", "variant"].map(|part| manifest["platform"][part].as_str());
            parts.into_iter().flatten().collect::<Vec<_>>().join("/")
        })
        .collect();
    let expected: Vec<String> = Platform::all().into_iter().map(|platform| platform.name).collect();
    assert_eq!(found, expected);
}

#[test]
fn skopeo_finds_this_machines_platform_in_the_docker_archive() {
    let source = format!("docker-archive:{}:{}", archive(), reference());
    assert_configuration(
        &parse(output(tool("skopeo").args(["inspect", "--config", &source]))),
        PAUSE,
        &Platform::own(),
    );
    let folder = tempfile::tempdir().expect("a folder can be made");
    output(tool("skopeo").args(["copy", &source]).arg(format!("oci:{}", folder.path().display())));
}

#[test]
fn the_newest_skopeo_and_buildah_take_it() {
    let machine = Release::Forky.machine();
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Release::Forky.program(program);
        command.args(arguments);
        machine.run(command).ok()
    };
    let layout = format!("oci-archive:{}", archive());
    assert_configuration(&parse(run("skopeo", &["inspect", "--config", &layout])), PAUSE, &Platform::own());
    let archived = format!("docker-archive:{}:{}", archive(), reference());
    run("skopeo", &["copy", &archived, &format!("containers-storage:{}", reference())]);
    let container = run("buildah", &["from", "--pull-never", reference()]);
    assert_eq!(container.trim(), "pause-working-container");
}
