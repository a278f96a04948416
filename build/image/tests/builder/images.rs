//! The images in the archive: platforms, layers, configuration, labels and names.

use crate::layout::{Layout, files};
use crate::project::{PLATFORMS, PROGRAMS, Project, binary_of};
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
fn each_layer_has_one_program_and_pause_starts_unprivileged() {
    let project = Project::new();
    let layout = Layout::new(&project);
    for (manifest, (platform, ..)) in layout.manifests().iter().zip(PLATFORMS) {
        let image = layout.document(manifest);
        let layers = image["layers"].as_array().unwrap();
        assert_eq!(layers.len(), PROGRAMS.len());
        for (layer, name) in layers.iter().zip(PROGRAMS) {
            let mut archive = Vec::new();
            flate2::read::GzDecoder::new(layout.blob(layer)).read_to_end(&mut archive).unwrap();
            let program = fs::read(project.path(&binary_of(platform, name))).unwrap();
            assert_eq!(files(&archive, 0), BTreeMap::from([(name.into(), (0o555, program))]));
        }

        let config = layout.document(&image["config"]);
        assert_eq!(config["config"]["User"], "65535:65535");
        assert_eq!(config["config"]["Entrypoint"], json!(["/pause"]));
        assert_eq!(config["config"]["Env"], Value::Null);
        assert_eq!(config["config"].as_object().unwrap().len(), 3, "and labels, nothing else");
        let history = config["history"].as_array().expect("a list");
        assert_eq!(history.len(), PROGRAMS.len(), "an entry for each layer");
        assert!(history[0]["comment"].as_str().expect("a text").contains("Apache License, Version 2.0"));
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
    let layout = Layout::new(&Project::new());
    let labels = json!({
        "org.opencontainers.image.title": "pause",
        "org.opencontainers.image.description": "It waits",
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

#[test]
fn containerd_podman_and_docker_find_the_name() {
    let project = Project::new();
    for (arguments, name, tag) in [
        (&[][..], "pause.localhost/pause:1.2.3", "1.2.3"),
        (&["--reference", "registry.example:5000/a/b:t-1"], "registry.example:5000/a/b:t-1", "t-1"),
        (&["--reference=pause"], "docker.io/library/pause:latest", "latest"),
    ] {
        let layout = Layout::of(&project.archive_by(project.image().args(arguments)), 0);
        for (layout, suffix) in [(layout, ""), (Layout::guard(&project), "-guard")] {
            let (name, tag) = (format!("{name}{suffix}"), format!("{tag}{suffix}"));
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
