//! The lines for containerd's configuration, as `containerd config dump` shows their effect.

use crate::{RELEASES, programs, run, text};
use e2e::project::reference;
use std::fs;
use std::process::Command;

pub const FILES: &[&str] = &["containerd/version-2.toml", "containerd/version-3.toml"];

const BEFORE: &str = "registry.example.com/pause:before";

/// Configurations of nodes, of each version, with settings that must not be lost.
pub const VERSION_2: &str = r#"version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.example.com/pause:before"
  max_container_log_line_size = 4242
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
"#;
pub const VERSION_3: &str = r#"version = 3
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "registry.example.com/pause:before"
[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/etc/containerd/certs.d"
[plugins."io.containerd.cri.v1.runtime"]
  max_container_log_line_size = 4242
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
    SystemdCgroup = true
"#;

/// Runs `containerd config dump` on a configuration and a file that it imports. Returns whether it succeeds, and its output.
#[track_caller]
fn try_dump(release: &str, main: &str, imported: Option<&str>) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (path, other) = (folder.path().join("config.toml"), folder.path().join("imported.toml"));
    let imports = imported.map(|text| {
        fs::write(&other, text).expect("a file can be written");
        format!("imports = [{other:?}]\n")
    });
    fs::write(&path, imports.unwrap_or_default() + main).expect("a file can be written");
    let mut containerd = Command::new(programs(release, "containerd").join("containerd"));
    run(containerd.arg("--config").arg(&path).args(["config", "dump"]))
}

/// All settings that a release reads from a configuration and a file that it imports.
#[track_caller]
pub fn dump(release: &str, main: &str, imported: Option<&str>) -> String {
    let (ok, dump) = try_dump(release, main, imported);
    assert!(ok, "{dump}");
    // Paths of imports and warnings are not settings.
    let is_setting = |line: &&str| !line.starts_with("imports") && !line.starts_with("time=");
    dump.lines().filter(is_setting).collect::<Vec<_>>().join("\n")
}

/// The major version of a release's containerd.
fn major(release: &str) -> u32 {
    let (_, version) = run(Command::new(programs(release, "containerd").join("containerd")).arg("--version"));
    let number =
        version.split_whitespace().nth(2).and_then(|version| version.trim_start_matches('v').split('.').next());
    number.and_then(|number| number.parse().ok()).expect("containerd prints its version")
}

/// Replaces a line of the main file by that of the manifest, as an operator does.
fn with_the_line(main: &str, manifest: &str) -> String {
    let line = manifest.lines().find(|line| line.starts_with("  sandbox")).expect("the line");
    let key = line.split('=').next().expect("a key").trim();
    let lines = main.lines().map(|old| if old.trim_start().starts_with(&format!("{key} =")) { line } else { old });
    lines.map(|line| format!("{line}\n")).collect()
}

/// Each release, with a main file and a manifest of each version that it reads.
fn combinations() -> impl Iterator<Item = (&'static str, &'static str, String)> {
    RELEASES.into_iter().flat_map(|release| {
        let two = (release, VERSION_2, text("containerd/version-2.toml"));
        let three = (major(release) > 1).then(|| (release, VERSION_3, text("containerd/version-3.toml")));
        [Some(two), three].into_iter().flatten()
    })
}

#[test]
fn the_line_changes_the_image_and_nothing_else() {
    for (release, main, manifest) in combinations() {
        let before = dump(release, main, None);
        assert!(before.contains(BEFORE) && before.contains("SystemdCgroup = true"), "{before}");
        assert_eq!(dump(release, &with_the_line(main, &manifest), None), before.replace(BEFORE, reference()));
    }
}

#[test]
fn the_file_alone_is_a_configuration() {
    for (release, main, manifest) in combinations() {
        let version = main.lines().next().expect("a version");
        let defaults = dump(release, version, None);
        let image = defaults.lines().find_map(|line| line.trim().strip_prefix("sandbox")?.split(['"', '\'']).nth(1));
        let image = image.filter(|image| image.contains('/')).expect("a default image");
        assert_eq!(dump(release, &manifest, None), defaults.replace(image, reference()));
    }
}

#[test]
fn an_import_keeps_other_settings_in_containerd_2_but_not_in_containerd_1() {
    for (release, main, manifest) in combinations() {
        let before = dump(release, main, None);
        let after = dump(release, main, Some(&manifest));
        assert!(after.contains(reference()), "{after}");
        if major(release) > 1 {
            assert_eq!(after, before.replace(BEFORE, reference()));
        } else {
            assert!(
                !after.contains("SystemdCgroup = true") && !after.contains("4242"),
                "the settings are kept: drop the warning from the file"
            );
        }
    }
}

#[test]
fn in_containerd_2_version_3_can_import_version_2_but_not_the_reverse() {
    for release in RELEASES.into_iter().filter(|release| major(release) > 1) {
        let lost = dump(release, VERSION_2, Some(&text("containerd/version-3.toml")));
        assert!(
            !lost.contains("SystemdCgroup = true") && !lost.contains("4242"),
            "the settings are kept: drop the warning from the file"
        );
        let kept = dump(release, VERSION_3, Some(&text("containerd/version-2.toml")));
        assert_eq!(kept, dump(release, VERSION_3, None).replace(BEFORE, reference()));
    }
}

#[test]
fn containerd_1_cannot_import_version_3() {
    for release in RELEASES.into_iter().filter(|release| major(release) == 1) {
        let (ok, dump) = try_dump(release, VERSION_2, Some(&text("containerd/version-3.toml")));
        // containerd 1.6 ignores the file, 1.7 refuses it.
        assert!(if ok { dump.contains(BEFORE) } else { dump.contains("unsupported config version") }, "{dump}");
    }
}

#[test]
fn control_a_misspelt_line_does_not_change_the_image() {
    for (release, main, manifest) in combinations() {
        let misspelt = with_the_line(main, &manifest).replace("sandbox = ", "x = ").replace("sandbox_image = ", "x = ");
        assert!(misspelt.contains(reference()), "{misspelt}");
        let is_image =
            |line: &&str| ["sandbox = ", "sandbox_image = "].iter().any(|key| line.trim_start().starts_with(key));
        let image = |dump: String| dump.lines().find(is_image).map(str::to_owned);
        assert_eq!(image(dump(release, &misspelt, None)), image(dump(release, &main[..12], None)));
    }
}
