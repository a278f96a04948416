//! What is in the archive, byte for byte, and that nothing but its input decides it.

use crate::project::{PLATFORMS, PROGRAMS, Project, binary, binary_of};
use nix::sys::stat::{Mode, umask};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// The files of an archive, all of them ordinary, root's, and of the same time.
#[track_caller]
fn files(archive: &[u8], mtime: u64) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(archive).entries().unwrap() {
        let mut entry = entry.unwrap();
        let header = entry.header().clone();
        assert!(header.entry_type().is_file());
        assert_eq!((header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap()), (0, 0, mtime));
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        assert!(files.insert(path.clone(), (header.mode().unwrap(), bytes)).is_none(), "{path} is there twice");
    }
    files
}

/// An archive, opened.
struct Layout(BTreeMap<String, (u32, Vec<u8>)>);

impl Layout {
    fn bytes(&self, path: &str) -> &[u8] {
        &self.0[path].1
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_slice(self.bytes(path)).unwrap()
    }

    /// The bytes that a descriptor refers to.
    #[track_caller]
    fn blob(&self, descriptor: &Value) -> &[u8] {
        let digest = descriptor["digest"].as_str().unwrap();
        let bytes = self.bytes(&digest.replace("sha256:", "blobs/sha256/"));
        assert_eq!(descriptor["size"], bytes.len());
        bytes
    }

    fn document(&self, descriptor: &Value) -> Value {
        serde_json::from_slice(self.blob(descriptor)).unwrap()
    }

    /// The index of all platforms.
    fn index(&self) -> Value {
        self.document(&self.json("index.json")["manifests"][0])
    }
}

#[track_caller]
fn layout(project: &Project) -> Layout {
    Layout(files(&project.archive(), 0))
}

/// The archive of the images that start the program with `--guard`, which is there beside the other.
#[track_caller]
fn guard_layout(project: &Project) -> Layout {
    Layout(files(&fs::read(project.path("dist/pause-1.2.3-guard.tar")).unwrap(), 0))
}

#[test]
fn the_same_binaries_make_the_same_bytes() {
    let (first, second) = (Project::new(), Project::new());
    first.archive();
    let again = first.outputs();
    first.archive();
    assert_eq!(first.outputs(), again, "run a second time");

    // In another folder, by somebody with other habits, from files of another age and mode.
    for (platform, ..) in PLATFORMS {
        fs::set_permissions(second.path(&binary(platform)), PermissionsExt::from_mode(0o700)).unwrap();
    }
    let mut image = second.image();
    image.env("LC_ALL", "tr_TR.UTF-8").env("TZ", "Pacific/Kiritimati").current_dir("/");
    let private = || {
        umask(Mode::from_bits_truncate(0o077));
        Ok(())
    };
    // SAFETY: makes one system call only.
    unsafe { image.pre_exec(private) };
    second.archive_by(&mut image);
    assert_eq!(second.outputs(), first.outputs(), "in another folder");
}

#[test]
fn everything_bears_the_time_that_it_is_given() {
    let project = Project::new();
    let archive = project.archive_by(project.image().env("SOURCE_DATE_EPOCH", "1700000000"));
    let layout = Layout(files(&archive, 1_700_000_000));
    let image = layout.document(&layout.index()["manifests"][0]);
    assert_eq!(image["annotations"]["org.opencontainers.image.created"], "2023-11-14T22:13:20Z");
    assert_eq!(layout.document(&image["config"])["created"], "2023-11-14T22:13:20Z");
    let layer = flate2::read::GzDecoder::new(layout.blob(&image["layers"][0]));
    let mtime = tar::Archive::new(layer).entries().unwrap().next().unwrap().unwrap().header().mtime().unwrap();
    assert_eq!(mtime, 1_700_000_000);
    let sbom: Value =
        serde_json::from_slice(&fs::read(project.path("dist/pause-1.2.3.linux-386.cdx.json")).unwrap()).unwrap();
    assert_eq!(sbom["metadata"]["timestamp"], "2023-11-14T22:13:20Z");
}

#[test]
fn every_platform_is_in_the_index_by_its_own_name() {
    let layout = layout(&Project::new());
    let index = layout.index();
    let platforms: Vec<&Value> =
        index["manifests"].as_array().unwrap().iter().map(|manifest| &manifest["platform"]).collect();
    let expected = PLATFORMS.map(|(name, ..)| match name.split('/').collect::<Vec<_>>()[..] {
        [os, architecture, variant] => json!({ "os": os, "architecture": architecture, "variant": variant }),
        [os, architecture] => json!({ "os": os, "architecture": architecture }),
        _ => unreachable!(),
    });
    assert_eq!(platforms, expected.iter().collect::<Vec<_>>());
    for manifest in index["manifests"].as_array().unwrap() {
        let config = layout.document(&layout.document(manifest)["config"]);
        for field in ["os", "architecture", "variant"] {
            assert_eq!(config[field], manifest["platform"][field], "configuration and descriptor agree");
        }
    }
}

#[test]
fn an_image_is_a_file_in_each_layer_that_nobody_starts_with_privileges() {
    let project = Project::new();
    let layout = layout(&project);
    for (manifest, (platform, ..)) in layout.index()["manifests"].as_array().unwrap().iter().zip(PLATFORMS) {
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
        assert_eq!(config["config"].as_object().unwrap().len(), 3, "and labels are all the rest");
        let history = config["history"].as_array().expect("a list");
        assert_eq!(history.len(), PROGRAMS.len(), "an entry for each layer");
        assert!(history[0]["comment"].as_str().expect("a text").contains("Apache License, Version 2.0"));
    }
}

#[test]
fn the_second_image_differs_in_its_entrypoint_alone() {
    let project = Project::new();
    let (layout, guarded) = (layout(&project), guard_layout(&project));
    for layout in [&layout, &guarded] {
        assert_eq!(layout.json("index.json")["manifests"].as_array().unwrap().len(), 1, "or podman could not read it");
    }
    let (index, guard_index) = (layout.index(), guarded.index());
    let guards = guard_index["manifests"].as_array().unwrap();
    assert_eq!(guards.len(), PLATFORMS.len());
    for (manifest, guard) in index["manifests"].as_array().unwrap().iter().zip(guards) {
        assert_eq!(manifest["platform"], guard["platform"]);
        let (image, guard) = (layout.document(manifest), guarded.document(guard));
        assert_eq!(image["layers"], guard["layers"]);
        let mut expected = layout.document(&image["config"]);
        expected["config"]["Entrypoint"] = json!(["/pause", "--guard"]);
        assert_eq!(guarded.document(&guard["config"]), expected);
    }
}

#[test]
fn images_say_what_they_are() {
    let layout = layout(&Project::new());
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
    for manifest in layout.index()["manifests"].as_array().unwrap() {
        let image = layout.document(manifest);
        assert_eq!(image["annotations"], annotations);
        assert_eq!(layout.document(&image["config"])["config"]["Labels"], labels);
    }
}

#[test]
fn each_kind_of_tool_finds_the_name_where_it_looks() {
    let project = Project::new();
    for (arguments, name, tag) in [
        (&[][..], "localhost/pause:1.2.3", "1.2.3"),
        (&["--reference", "registry.example:5000/a/b:t-1"], "registry.example:5000/a/b:t-1", "t-1"),
        (&["--reference=pause"], "docker.io/library/pause:latest", "latest"),
    ] {
        let layout = Layout(files(&project.archive_by(project.image().args(arguments)), 0));
        for (layout, suffix) in [(layout, ""), (guard_layout(&project), "-guard")] {
            let (name, tag) = (format!("{name}{suffix}"), format!("{tag}{suffix}"));
            let names = &layout.json("index.json")["manifests"][0]["annotations"];
            assert_eq!(names["io.containerd.image.name"], name);
            assert_eq!(names["org.opencontainers.image.ref.name"], tag);
            assert_eq!(layout.json("manifest.json")[0]["RepoTags"], json!([name]));
        }
    }
}

#[test]
fn tools_that_know_one_platform_get_this_machines() {
    let layout = layout(&Project::new());
    let docker = &layout.json("manifest.json")[0];
    let of_this_machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "powerpc64" => "ppc64le",
        "loongarch64" => "loong64",
        "x86" => "386",
        same => same,
    };
    let config = layout.json(docker["Config"].as_str().unwrap());
    assert_eq!(config["architecture"], of_this_machine);
    let index = layout.index();
    let manifests = index["manifests"].as_array().unwrap();
    let manifest = manifests.iter().find(|manifest| manifest["platform"]["architecture"] == of_this_machine).unwrap();
    let layers = layout.document(manifest)["layers"].as_array().unwrap().clone();
    let path = |layer: &Value| format!("blobs/{}", layer["digest"].as_str().unwrap().replace(':', "/"));
    assert_eq!(docker["Layers"], json!(layers.iter().map(path).collect::<Vec<_>>()));
}

#[test]
fn every_file_of_dist_is_on_the_list_of_checksums() {
    let project = Project::new();
    project.archive();
    let mut check = Command::new("sha256sum");
    check.args(["--check", "--strict", "SHA256SUMS"]).current_dir(project.path("dist"));
    assert!(check.output().expect("sha256sum is there: it is in the package coreutils").status.success());

    let list = fs::read_to_string(project.path("dist/SHA256SUMS")).unwrap();
    let listed: Vec<PathBuf> = list.lines().map(|line| line.split_once("  ").unwrap().1.into()).collect();
    let of_platform = |platform: &str| PROGRAMS.map(|program| PathBuf::from(format!("binaries/{platform}/{program}")));
    let binaries = PLATFORMS.into_iter().flat_map(|(platform, ..)| of_platform(platform));
    let written = project.outputs().into_iter().map(|(name, _)| name).filter(|name| name.as_os_str() != "SHA256SUMS");
    let mut expected: Vec<PathBuf> = binaries.chain(written).collect();
    expected.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    assert_eq!(listed, expected);
    assert_eq!(listed.len(), 2 * 8 + 2 * (8 + 1));
}

#[test]
fn an_sbom_tells_what_is_shipped_from_what_was_used() {
    use cyclonedx_bom::prelude::*;
    let project = Project::new();
    let layout = layout(&project);
    let images = |index: Value| index["manifests"].as_array().unwrap().clone().into_iter().zip(PLATFORMS);
    let plain = images(layout.index()).map(|image| (image, ""));
    let guard = images(guard_layout(&project).index()).map(|image| (image, "-guard"));
    for ((manifest, (platform, ..)), suffix) in plain.chain(guard) {
        let name = format!("dist/pause-1.2.3{suffix}.{}.cdx.json", platform.replace('/', "-"));
        let text = fs::read(project.path(&name)).unwrap();
        let bom = Bom::parse_from_json_v1_5(&text[..]).unwrap();
        assert!(bom.validate_version(SpecVersion::V1_5).passed());

        let bom: Value = serde_json::from_slice(&text).unwrap();
        let digest = manifest["digest"].as_str().unwrap().replace(':', "%3A");
        let purl = bom["metadata"]["component"]["purl"].as_str().unwrap();
        assert!(purl.contains(&digest), "{purl} names the image {digest}");
        let [program, libc] = &bom["components"].as_array().unwrap()[..] else { panic!("{bom:#}") };
        assert_eq!((&program["name"], &program["version"]), (&json!("pause"), &json!("1.2.3")));
        assert_eq!(program["licenses"], json!([{ "expression": "Apache-2.0" }]));
        let list = fs::read_to_string(project.path("dist/SHA256SUMS")).unwrap();
        let files = program["components"].as_array().unwrap();
        assert_eq!(files.len(), PROGRAMS.len());
        for (file, name) in files.iter().zip(PROGRAMS) {
            let sum = file["hashes"][0]["content"].as_str().unwrap();
            assert_eq!(file["name"], format!("/{name}"));
            assert!(list.contains(&format!("{sum}  binaries/{platform}/{name}\n")));
        }
        assert_eq!((&libc["name"], &libc["version"]), (&json!("libc"), &json!("0.2.100")));
        assert_eq!(libc["scope"], "excluded");
        assert_eq!(bom["serialNumber"], Value::Null, "nothing in it is random");
    }
}

#[test]
fn the_printed_table_tells_sizes_and_digests() {
    let project = Project::new();
    let output = project.image().output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let layout = layout(&project);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 1 + 8 + 2, "{table}");
    for (line, manifest) in lines[1..9].iter().zip(layout.index()["manifests"].as_array().unwrap()) {
        let image = layout.document(manifest);
        let parts = [&image["layers"][0], &image["layers"][1], &image["config"], manifest];
        let [pause, init, config, of_manifest] = parts.map(|part| part["size"].as_u64().unwrap());
        let columns: Vec<&str> = line.split_whitespace().collect();
        let expected = [config, of_manifest, pause + init + config + of_manifest].map(|size| size.to_string());
        assert_eq!([columns[2], columns[4]], [pause.to_string(), init.to_string()]);
        assert_eq!(columns[5..8], expected);
        assert_eq!(columns[8], manifest["digest"]);
    }
    let layouts = [("localhost/pause:1.2.3", layout), ("localhost/pause:1.2.3-guard", guard_layout(&project))];
    for (line, (name, layout)) in lines[9..].iter().zip(layouts) {
        let index = &layout.json("index.json")["manifests"][0];
        let expected = [name, index["digest"].as_str().unwrap()];
        assert_eq!(line.split_whitespace().collect::<Vec<_>>(), expected);
    }
}
