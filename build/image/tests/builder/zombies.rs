//! The image of zombies: apart from the others, for the platforms that have a standard library, with its libraries in the SBOMs.

use crate::layout::{Layout, files};
use crate::project::{PLATFORMS, Project, assert_error, hosted};
use cyclonedx_bom::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::process::Command;

const ARCHIVE: &str = "zombies-0.5.0.tar";

fn read(project: &Project, name: &str) -> Value {
    serde_json::from_slice(&fs::read(project.path(name)).expect("the file was written")).expect("JSON")
}

#[test]
fn zombies_alone_is_in_its_image_for_each_platform_with_a_library() {
    let project = Project::with_zombies();
    let layout = Layout::zombies(&project, &[], ARCHIVE);
    let name = &layout.json("index.json")["manifests"][0]["annotations"]["io.containerd.image.name"];
    assert_eq!(name, "pause.localhost/zombies:0.5.0");
    let platforms: Vec<&str> = PLATFORMS.iter().map(|row| row.0).filter(|name| *name != "linux/s390x").collect();
    assert_eq!(layout.manifests().len(), platforms.len());
    for (manifest, platform) in layout.manifests().iter().zip(platforms) {
        assert!(platform.contains(manifest["platform"]["architecture"].as_str().expect("a name")), "{platform}");
        let image = layout.document(manifest);
        let [layer] = &image["layers"].as_array().expect("a list")[..] else { panic!("one layer: {image:#}") };
        let mut archive = Vec::new();
        flate2::read::GzDecoder::new(layout.blob(layer)).read_to_end(&mut archive).expect("a layer");
        let bytes = fs::read(project.path(&hosted(platform))).expect("a binary");
        assert_eq!(files(&archive, 0), BTreeMap::from([("zombies".into(), (0o555, bytes))]));
        let config = layout.document(&image["config"])["config"].clone();
        assert_eq!((&config["User"], &config["Entrypoint"]), (&json!("65535:65535"), &json!(["/zombies"])));
        assert_eq!(config["Labels"]["org.opencontainers.image.version"], "0.5.0");
        assert_eq!(config["Labels"]["org.opencontainers.image.source"], "https://example.org/pause");
    }
    let written = project.outputs();
    assert!(written.iter().all(|(name, _)| name.to_string_lossy().contains("zombies")), "no other image: {written:?}");
    Layout::zombies(&project, &[], ARCHIVE);
    assert_eq!(project.outputs(), written, "run a second time");
}

#[test]
fn its_checksums_have_a_list_of_their_own() {
    let project = Project::with_zombies();
    project.archive();
    let list = fs::read(project.path("dist/SHA256SUMS")).expect("the list of the others");
    Layout::zombies(&project, &[], ARCHIVE);
    assert_eq!(fs::read(project.path("dist/SHA256SUMS")).expect("it stays"), list);
    let check = || {
        let mut check = Command::new("sha256sum");
        check.args(["--check", "--strict", "SHA256SUMS-zombies"]).current_dir(project.path("dist"));
        check.output().expect("sha256sum, of the package coreutils").status.success()
    };
    assert!(check());
    let list = fs::read_to_string(project.path("dist/SHA256SUMS-zombies")).expect("the list");
    assert_eq!(list.lines().count(), 7 + 2 * 7 + 2, "programs, SBOMs, the archive and OpenVEX: {list}");
    fs::write(project.path("dist").join(ARCHIVE), "damaged").expect("it is ours");
    assert!(!check(), "the control");
}

#[test]
fn a_platform_that_it_lacks_is_named() {
    let project = Project::with_zombies();
    let said = |arguments: &[&str]| {
        let output = project.image().arg("--zombies").args(arguments).output().expect("it was built");
        String::from_utf8(output.stdout).expect("text")
    };
    let lines = |text: &str| text.lines().filter(|line| line.starts_with("not in it: ")).count();
    let s390x = "not in it: linux/s390x, for which rustup has no static library\n";
    let whole = said(&[]);
    assert!(whole.ends_with(s390x) && lines(&whole) == 1, "{whole}");

    let some = said(&["--platforms", "linux/386 linux/arm64"]);
    assert!(some.contains("not in it: linux/amd64, which was not built\n") && lines(&some) == 6, "{some}");
    let layout = Layout::zombies(&project, &["--platforms", "linux/386 linux/arm64"], "zombies-0.5.0-partial.tar");
    assert_eq!(layout.manifests().len(), 2);
    let name = &layout.json("index.json")["manifests"][0]["annotations"]["io.containerd.image.name"];
    assert_eq!(name, "pause.localhost/zombies:0.5.0-partial");

    let output = project.image().args(["--zombies", "--platforms=linux/s390x"]).output().expect("it was built");
    assert_error(&output, &["there is no platform \"linux/s390x\"; choose from linux/amd64 "]);
}

#[test]
fn its_sboms_list_the_libraries_that_are_in_it() {
    let project = Project::with_zombies();
    let layout = Layout::zombies(&project, &[], ARCHIVE);
    assert_eq!(layout.manifests().len(), 7);
    let text = fs::read(project.path("dist/zombies-0.5.0.linux-arm-v7.cdx.json")).expect("the file was written");
    let bom = Bom::parse_from_json_v1_5(&text[..]).expect("CycloneDX");
    assert!(bom.validate_version(SpecVersion::V1_5).passed());
    let bom: Value = serde_json::from_slice(&text).expect("JSON");
    let [program, std, first, second] = &bom["components"].as_array().expect("a list")[..] else { panic!("{bom:#}") };
    assert_eq!((&program["name"], &program["version"]), (&json!("zombies"), &json!("0.5.0")));
    assert_eq!(std["purl"], "pkg:generic/rust-std@1.95.0");
    assert_eq!((&first["purl"], &second["version"]), (&json!("pkg:cargo/a_crate@1.0.0"), &json!("2.0.0+more")));
    assert_eq!(second["licenses"], json!([{ "expression": "Apache-2.0 WITH LLVM-exception OR MIT" }]));
    for (library, start) in [(first, "b60553"), (second, "c60553")] {
        assert!(library["hashes"][0]["content"].as_str().expect("a sum").starts_with(start), "of this version");
        assert_eq!(library["scope"], "required");
    }

    let spdx = read(&project, "dist/zombies-0.5.0.linux-arm-v7.spdx.json");
    let relationships = spdx["relationships"].as_array().expect("a list");
    let contained = relationships
        .iter()
        .filter(|one| one["relationshipType"] == "CONTAINS" && one["spdxElementId"] == "SPDXRef-Program");
    let ids: Vec<&str> = contained.map(|one| one["relatedSpdxElement"].as_str().expect("an identifier")).collect();
    let library = |rest: &str| format!("SPDXRef-Library-{rest}");
    assert_eq!(ids, [library("rust-std-1.95.0"), library("a-crate-1.0.0"), library("a-crate-2.0.0-more")]);
    assert!(!spdx.to_string().contains("BUILD_DEPENDENCY_OF"));
}

#[test]
fn it_is_not_said_to_lack_the_libraries_that_it_has() {
    let project = Project::with_zombies();
    Layout::zombies(&project, &[], ARCHIVE);
    project.archive();
    let reasons = |name: &str| -> Vec<String> {
        let vex = read(&project, name);
        let statements = vex["statements"].as_array().expect("a list").iter();
        statements.map(|one| one["justification"].as_str().expect("a text").to_owned()).collect()
    };
    let ours = reasons("dist/zombies-0.5.0.openvex.json");
    let code = "vulnerable_code_not_present";
    assert_eq!(ours, [code, code, "component_not_present", code]);
    assert_eq!(reasons("dist/pause-1.2.3.openvex.json"), ["component_not_present"; 4], "the control");
}

#[test]
fn what_is_missing_or_of_another_version_is_reported() {
    let path = hosted("linux/386");
    let list = format!("{path}.libraries");
    for (file, text, parts) in [
        (&path, None, &["No such file", "; build it: build/hosted.sh linux/386"][..]),
        (&list, None, &["zombies.libraries cannot be read: No such file", "; build it: build/hosted.sh linux/386"]),
        (
            &list,
            Some("pkg:cargo/a_crate@3.0.0\tMIT\n"),
            &["Cargo.lock has no \"pkg:cargo/a_crate@3.0.0\"", "; build it: "],
        ),
        (&list, Some("a_crate\n"), &["\"a_crate\" is not a package URL and a licence", "; build it: "]),
    ] {
        let project = Project::with_zombies();
        match text {
            Some(text) => project.write(file, text),
            None => fs::remove_file(project.path(file)).expect("it is ours"),
        }
        assert_error(&project.image().arg("--zombies").output().expect("it was built"), parts);
        assert_eq!(project.outputs(), []);
    }
}
