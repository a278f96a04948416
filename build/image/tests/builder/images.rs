//! The images in the archive: platforms, layers, configuration, labels and names.

use crate::layout::{Layout, files};
use crate::project::{PLATFORMS, Project, binary_of};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use testkit::platform::architecture_of_this_machine;

#[test]
fn every_platform_is_in_the_index_by_its_own_name() {
    let layout = Layout::new(&Project::new());
    let manifests = layout.manifests();
    let expected = PLATFORMS.map(|(name, ..)| match name.split('/').collect::<Vec<_>>()[..] {
        [os, architecture, variant] => json!({ "os": os, "architecture": architecture, "variant": variant }),
        [os, architecture] => json!({ "os": os, "architecture": architecture }),
        _ => unreachable!(),
    });
    assert!(manifests.iter().map(|manifest| &manifest["platform"]).eq(&expected), "{manifests:#?}");
    for manifest in &manifests {
        let config = layout.document(&layout.document(manifest)["config"]);
        for field in ["os", "architecture", "variant"] {
            assert_eq!(config[field], manifest["platform"][field], "configuration and descriptor agree");
        }
    }
}

#[test]
fn each_image_has_one_program_and_starts_it_unprivileged() {
    let project = Project::new();
    let pause = Layout::new(&project);
    for (layout, program, entrypoint) in
        [(pause, "pause", json!(["/pause"])), (Layout::init(&project), "init", json!(["/init", "--"]))]
    {
        assert_eq!(layout.manifests().len(), PLATFORMS.len());
        for (manifest, (platform, ..)) in layout.manifests().iter().zip(PLATFORMS) {
            let image = layout.document(manifest);
            let [layer] = &image["layers"].as_array().unwrap()[..] else { panic!("one layer: {image:#}") };
            let mut archive = Vec::new();
            flate2::read::GzDecoder::new(layout.blob(layer)).read_to_end(&mut archive).unwrap();
            let bytes = fs::read(project.path(&binary_of(platform, program))).unwrap();
            assert_eq!(files(&archive, 0), BTreeMap::from([(program.into(), (0o555, bytes))]));

            let config = layout.document(&image["config"]);
            assert_eq!(config["config"]["User"], "65535:65535");
            assert_eq!(config["config"]["Entrypoint"], entrypoint);
            assert_eq!(config["config"]["Env"], Value::Null);
            assert_eq!(config["config"].as_object().unwrap().len(), 3, "and labels, nothing else");
            let [history] = &config["history"].as_array().expect("a list")[..] else { panic!("{config:#}") };
            assert!(history["comment"].as_str().expect("a text").contains("Apache License, Version 2.0"));
        }
    }
}

#[test]
fn the_guard_image_differs_only_in_its_entrypoint() {
    let project = Project::new();
    let (layout, guarded) = (Layout::new(&project), Layout::guard(&project));
    for layout in [&layout, &guarded] {
        assert_eq!(layout.json("index.json")["manifests"].as_array().unwrap().len(), 1, "podman reads one index only");
    }
    let guards = guarded.manifests();
    assert_eq!(guards.len(), PLATFORMS.len());
    for (manifest, guard) in layout.manifests().iter().zip(&guards) {
        assert_eq!(manifest["platform"], guard["platform"]);
        let (image, guard) = (layout.document(manifest), guarded.document(guard));
        assert_eq!(image["layers"], guard["layers"]);
        let mut expected = layout.document(&image["config"]);
        expected["config"]["Entrypoint"] = json!(["/pause", "--guard"]);
        assert_eq!(guarded.document(&guard["config"]), expected);
    }
}

#[test]
fn images_are_labelled_and_annotated() {
    let project = Project::new();
    let pause = Layout::new(&project);
    for (layout, title, description) in
        [(pause, "pause", "It waits"), (Layout::init(&project), "init", "It starts a program")]
    {
        let labels = json!({
            "org.opencontainers.image.title": title,
            "org.opencontainers.image.description": description,
            "org.opencontainers.image.version": "1.2.3",
            "org.opencontainers.image.licenses": "Apache-2.0",
            "org.opencontainers.image.source": "https://example.org/pause",
        });
        let mut annotations = labels.clone();
        annotations["org.opencontainers.image.created"] = "1970-01-01T00:00:00Z".into();
        assert_eq!(layout.index()["annotations"], annotations);
        for manifest in layout.manifests() {
            let image = layout.document(&manifest);
            assert_eq!(image["annotations"], annotations);
            assert_eq!(layout.document(&image["config"])["config"]["Labels"], labels);
        }
    }
}

#[test]
fn containerd_podman_and_docker_find_the_name() {
    let project = Project::new();
    for (arguments, pause, init) in [
        (&[][..], "pause.localhost/pause:1.2.3", "pause.localhost/init:1.2.3"),
        (
            &["--reference", "registry.example:5000/a/b:t-1"],
            "registry.example:5000/a/b:t-1",
            "registry.example:5000/a/init:t-1",
        ),
        (&["--reference=pause"], "docker.io/library/pause:latest", "docker.io/library/init:latest"),
    ] {
        let layout = Layout::of(&project.archive_by(project.image().args(arguments)), 0);
        let guarded = format!("{pause}-guard");
        for (layout, name) in [(layout, pause), (Layout::guard(&project), &*guarded), (Layout::init(&project), init)] {
            let (_, tag) = name.rsplit_once(':').expect("a tag");
            let names = &layout.json("index.json")["manifests"][0]["annotations"];
            assert_eq!(names["io.containerd.image.name"], name);
            assert_eq!(names["org.opencontainers.image.ref.name"], tag);
            assert_eq!(layout.json("manifest.json")[0]["RepoTags"], json!([name]));
        }
    }
}

#[test]
fn tools_that_know_one_platform_get_the_image_of_this_machine() {
    let layout = Layout::new(&Project::new());
    let docker = &layout.json("manifest.json")[0];
    let of_this_machine = architecture_of_this_machine();
    let config = layout.json(docker["Config"].as_str().unwrap());
    assert_eq!(config["architecture"], of_this_machine);
    let manifests = layout.manifests();
    let manifest = manifests.iter().find(|manifest| manifest["platform"]["architecture"] == of_this_machine).unwrap();
    let layers = layout.document(manifest)["layers"].as_array().unwrap().clone();
    let path = |layer: &Value| format!("blobs/{}", layer["digest"].as_str().unwrap().replace(':', "/"));
    assert_eq!(docker["Layers"], json!(layers.iter().map(path).collect::<Vec<_>>()));
}
