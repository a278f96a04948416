//! All that `image` writes: the same bytes each time, checksums, SBOMs and the printed table.

use crate::layout::Layout;
use crate::project::{PLATFORMS, PROGRAMS, Project, binary, binary_of};
use nix::sys::stat::{Mode, umask};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

#[test]
fn the_same_binaries_make_the_same_bytes() {
    let (first, second) = (Project::new(), Project::new());
    first.archive();
    let again = first.outputs();
    first.archive();
    assert_eq!(first.outputs(), again, "run a second time");

    // In another folder, with another locale, time zone and umask, from files of another age and mode.
    for (platform, ..) in PLATFORMS {
        fs::set_permissions(second.path(&binary(platform)), PermissionsExt::from_mode(0o700)).unwrap();
    }
    let mut image = second.image();
    image.env("LC_ALL", "tr_TR.UTF-8").env("TZ", "Pacific/Kiritimati").current_dir("/");
    let private = || {
        umask(Mode::from_bits_truncate(0o077));
        Ok(())
    };
    // SAFETY: makes only one system call.
    unsafe { image.pre_exec(private) };
    second.archive_by(&mut image);
    assert_eq!(second.outputs(), first.outputs(), "in another folder");
}

#[test]
fn every_time_stamp_is_source_date_epoch() {
    let project = Project::new();
    let archive = project.archive_by(project.image().env("SOURCE_DATE_EPOCH", "1700000000"));
    let layout = Layout::of(&archive, 1_700_000_000);
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
fn every_file_in_dist_is_in_the_list_of_checksums() {
    let project = Project::new();
    project.archive();
    let mut check = Command::new("sha256sum");
    check.args(["--check", "--strict", "SHA256SUMS"]).current_dir(project.path("dist"));
    assert!(check.output().expect("sha256sum, of the package coreutils").status.success());

    let list = fs::read_to_string(project.path("dist/SHA256SUMS")).unwrap();
    let listed: Vec<PathBuf> = list.lines().map(|line| line.split_once("  ").unwrap().1.into()).collect();
    let of_platform = |platform: &str| PROGRAMS.map(|program| PathBuf::from(format!("binaries/{platform}/{program}")));
    let binaries = PLATFORMS.into_iter().flat_map(|(platform, ..)| of_platform(platform));
    let written = project.outputs().into_iter().map(|(name, _)| name).filter(|name| name.as_os_str() != "SHA256SUMS");
    let mut expected: Vec<PathBuf> = binaries.chain(written).collect();
    expected.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    assert_eq!(listed, expected);
    assert_eq!(listed.len(), 2 * 8 + 3 * (2 * 8 + 2));
}

#[test]
fn an_sbom_lists_the_shipped_programs_and_excludes_build_dependencies() {
    use cyclonedx_bom::prelude::*;
    let project = Project::new();
    let layout = Layout::new(&project);
    let images = |layout: Layout, name| layout.manifests().into_iter().zip(PLATFORMS.map(|row| (row.0, name)));
    let all = images(layout, "pause-1.2.3")
        .chain(images(Layout::guard(&project), "pause-1.2.3-guard"))
        .chain(images(Layout::init(&project), "init-1.2.3"));
    for (manifest, (platform, name)) in all {
        let (program, _) = name.split_once('-').expect("a version");
        let name = format!("dist/{name}.{}.cdx.json", platform.replace('/', "-"));
        let text = fs::read(project.path(&name)).unwrap();
        let bom = Bom::parse_from_json_v1_5(&text[..]).unwrap();
        assert!(bom.validate_version(SpecVersion::V1_5).passed());

        let bom: Value = serde_json::from_slice(&text).unwrap();
        let digest = manifest["digest"].as_str().unwrap().replace(':', "%3A");
        let purl = bom["metadata"]["component"]["purl"].as_str().unwrap();
        assert!(purl.contains(&digest), "{purl} names the image {digest}");
        let [application, libc] = &bom["components"].as_array().unwrap()[..] else { panic!("{bom:#}") };
        assert_eq!((&application["name"], &application["version"]), (&json!(program), &json!("1.2.3")));
        assert_eq!(application["licenses"], json!([{ "expression": "Apache-2.0" }]));
        let [file] = &application["components"].as_array().unwrap()[..] else { panic!("one file: {bom:#}") };
        let sum = file["hashes"][0]["content"].as_str().unwrap();
        assert_eq!(file["name"], format!("/{program}"));
        let list = fs::read_to_string(project.path("dist/SHA256SUMS")).unwrap();
        assert!(list.contains(&format!("{sum}  binaries/{platform}/{program}\n")));
        assert_eq!((&libc["name"], &libc["version"]), (&json!("libc"), &json!("0.2.100")));
        assert_eq!(libc["scope"], "excluded");
        assert_eq!(bom["serialNumber"], Value::Null, "nothing in it is random");
    }
}

#[test]
fn the_printed_table_has_sizes_and_digests() {
    let project = Project::new();
    let output = project.image().output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines.len(), 1 + 2 * 8 + 3, "{table}");
    let (pause, init) = (Layout::new(&project), Layout::init(&project));
    let (platforms, names) = lines[1..].split_at(2 * 8);
    for (lines, (layout, program)) in platforms.chunks(8).zip([(&pause, "pause"), (&init, "init")]) {
        for (line, (manifest, (platform, ..))) in lines.iter().zip(layout.manifests().iter().zip(PLATFORMS)) {
            let image = layout.document(manifest);
            let file = fs::metadata(project.path(&binary_of(platform, program))).unwrap().len();
            let parts = [&image["layers"][0], &image["config"], manifest];
            let [layer, config, of_manifest] = parts.map(|part| part["size"].as_u64().unwrap());
            let sizes = [file, layer, config, of_manifest, layer + config + of_manifest].map(|size| size.to_string());
            assert_eq!(line[..2], [platform, &format!("/{program}")]);
            assert_eq!(line[2..7], sizes);
            assert_eq!(line[7], manifest["digest"]);
        }
    }
    let expected = [
        ("pause.localhost/pause:1.2.3", pause),
        ("pause.localhost/pause:1.2.3-guard", Layout::guard(&project)),
        ("pause.localhost/init:1.2.3", init),
    ];
    for (line, (name, layout)) in names.iter().zip(expected) {
        let index = &layout.json("index.json")["manifests"][0];
        assert_eq!(line[..], [name, index["digest"].as_str().unwrap()]);
    }
}
