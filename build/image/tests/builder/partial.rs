//! An image that lacks platforms: it has another name than the whole one.

use crate::layout::Layout;
use crate::project::{PLATFORMS, Project, assert_error, binary};
use serde_json::{Value, json};
use std::fs;

/// Runs `image` with these arguments. Returns the layout of this archive in `dist`.
#[track_caller]
fn layout(project: &Project, arguments: &[&str], archive: &str) -> Layout {
    let output = project.image().args(arguments).output().expect("it was built");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Layout::of(&fs::read(project.path("dist").join(archive)).expect("the archive"), 0)
}

/// The name in a layout.
fn name(layout: &Layout) -> Value {
    layout.json("index.json")["manifests"][0]["annotations"]["io.containerd.image.name"].clone()
}

#[test]
fn an_image_of_some_platforms_is_not_named_like_the_whole_one() {
    let project = Project::new();
    fs::remove_file(project.path(&binary("linux/s390x"))).expect("it is there, and not needed");
    let some = ["--platforms", "linux/386 linux/arm/v7"];
    for (reference, archive) in [
        ("pause:1.2.3-partial", "pause-1.2.3-partial.tar"),
        ("pause:1.2.3-partial-guard", "pause-1.2.3-partial-guard.tar"),
        ("init:1.2.3-partial", "init-1.2.3-partial.tar"),
    ] {
        let layout = layout(&project, &some, archive);
        assert_eq!(name(&layout), format!("pause.localhost/{reference}"));
        let platforms: Vec<Value> = layout.manifests().iter().map(|manifest| manifest["platform"].clone()).collect();
        let arm = json!({ "os": "linux", "architecture": "arm", "variant": "v7" });
        assert_eq!(platforms, [arm, json!({ "os": "linux", "architecture": "386" })], "in the order of the table");
    }
    let written = project.outputs();
    let mut names = written.iter().map(|(name, _)| name.to_str().expect("UTF-8")).filter(|name| *name != "SHA256SUMS");
    assert!(names.all(|name| name.contains("-1.2.3-partial")), "{written:?}");
    assert_eq!(written.len(), 3 * (2 + 2 * 2) + 1);
}

#[test]
fn a_name_that_the_user_gave_is_kept() {
    let arguments = ["--platforms=linux/amd64", "--reference=registry.example/pause:mine"];
    let layout = layout(&Project::new(), &arguments, "pause-1.2.3-partial.tar");
    assert_eq!(name(&layout), "registry.example/pause:mine");
}

#[test]
fn all_platforms_by_name_are_the_whole_image() {
    let names = PLATFORMS.map(|row| row.0).join(" ");
    let (whole, named) = (Project::new(), Project::new());
    assert_eq!(name(&layout(&named, &["--platforms", &names], "pause-1.2.3.tar")), "pause.localhost/pause:1.2.3");
    whole.archive();
    assert_eq!(named.outputs(), whole.outputs());
    whole.archive_by(whole.image().arg("--platforms="));
    assert_eq!(named.outputs(), whole.outputs(), "no names are all platforms");
}

#[test]
fn an_unknown_platform_is_refused() {
    let project = Project::new();
    let output = project.image().args(["--platforms", "linux/amd64 linux/vax"]).output().expect("it was built");
    assert_error(&output, &["no platform \"linux/vax\"; choose from linux/amd64 linux/arm64 linux/arm/v7 "]);
    assert_eq!(project.outputs(), []);
}
