//! What the wrapped runtime gets is what the program got.

use crate::place::{Place, RUNTIME_STATUS, spec};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

#[test]
fn arguments_environment_and_status_are_handed_on() {
    let place = Place::new();
    place.write(&spec(&["/app"]));
    for arguments in [
        &["--root", "/r", "create", "--bundle", "bundle", "--pid-file", "/p", "x", ""][..],
        &["delete", "--force", "x y"],
        &["--version"],
        &["--of-the-future=1", "start"],
        &[],
    ] {
        let output = place.command(arguments).env("NOTIFY_SOCKET", "/socket").output().expect("it runs");
        place.assert_handed_on(&output);
        let runtime = place.path("runtime").to_string_lossy().into_owned();
        let lines = [&[&*runtime], arguments, &["variable /socket\n"]].concat().join("\n");
        assert_eq!(String::from_utf8_lossy(&output.stdout), lines);
    }
}

#[test]
fn the_container_gets_init_and_keeps_everything_else() {
    let place = Place::new();
    let mut before = spec(&["/app", "-x", "", "ä\n\"\\"]);
    before["process"]["user"] = json!({ "uid": 18446744073709551615_u64, "gid": -1, "additionalGids": [1.5] });
    before["fieldOfTheFuture"] = json!({ "a": [null, true, {}, "\u{0}\u{1F980}"], "": [] });
    before["annotations"] = json!({ "init.pause/grace-period": "10", "other": "x" });
    before["linux"]["seccomp"] = json!({ "defaultAction": "SCMP_ACT_OF_THE_FUTURE", "flags": ["X"] });
    place.write(&before);
    place.assert_handed_on(&place.create());
    let mut after = place.read();
    let mount = json!({
        "destination": "/.init",
        "type": "bind",
        "source": place.path("init"),
        "options": ["bind", "ro", "nosuid", "nodev"],
    });
    assert_eq!(after["mounts"].as_array_mut().and_then(Vec::pop), Some(mount));
    let words: Vec<Value> = after["process"]["args"].as_array_mut().expect("a list").drain(..4).collect();
    assert_eq!(words, ["/.init", "-t", "10", "--"]);
    assert_eq!(after, before, "the rest of the document");

    // The same bundle once more, as `runc run` may be called twice by hand.
    let once = place.read();
    place.assert_handed_on(&place.create());
    assert_eq!(place.read(), once);
}

#[test]
fn mounts_may_be_missing_or_null() {
    for mounts in [None, Some(Value::Null)] {
        let place = Place::new();
        let mut before = spec(&["/app"]);
        match mounts {
            Some(mounts) => before["mounts"] = mounts,
            None => _ = before.as_object_mut().expect("an object").remove("mounts"),
        }
        place.write(&before);
        place.assert_handed_on(&place.create());
        assert_eq!(place.read()["mounts"][0]["destination"], "/.init");
    }
}

#[test]
fn the_file_keeps_its_mode_and_nothing_else_is_left_in_the_bundle() {
    let place = Place::new();
    for mode in [0o600, 0o640, 0o644, 0o444] {
        _ = fs::remove_file(place.config()); // of the turn before
        place.write(&spec(&["/app"]));
        fs::set_permissions(place.config(), PermissionsExt::from_mode(mode)).expect("it is ours");
        place.assert_handed_on(&place.create());
        let metadata = fs::metadata(place.config()).expect("it is there");
        assert_eq!((metadata.mode() & 0o7777, place.names()), (mode, vec!["config.json".to_owned()]));
        assert_eq!(place.read()["process"]["args"][0], "/.init");
    }
}

#[test]
fn the_bundle_is_found_as_the_runtime_finds_it() {
    for arguments in [&["run", "-d", "-b", "bundle", "x"][..], &["--debug", "create", "--bundle=bundle", "x"]] {
        let place = Place::new();
        place.write(&spec(&["/app"]));
        place.assert_handed_on(&place.run(arguments));
        assert_eq!(place.read()["process"]["args"][0], "/.init");
    }
    let place = Place::new();
    place.write(&spec(&["/app"]));
    let output = place.command(&["run", "x"]).current_dir(place.bundle()).output().expect("it runs");
    place.assert_handed_on(&output);
    assert_eq!(place.read()["process"]["args"][0], "/.init");
}

#[test]
fn its_name_chooses_the_runtime() {
    let place = Place::new();
    let link = |name: &str| {
        let path = place.path(name);
        symlink(env!("CARGO_BIN_EXE_oci-init"), &path).expect("a link can be made");
        path
    };
    let output = place.command_called(&link("oci-init-other"), &["--version"]).output().expect("it runs");
    assert!(place.assert_refused(&output).contains("call it oci-init, or one of oci-init-runc"));
    // Any other name is the one that the configuration is for.
    let output = place.command_called(&link("runtime-of-an-engine"), &["state", "x"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(RUNTIME_STATUS), "{output:?}");
    // PATH has a runc; it must not be executed.
    let decoy = place.path("youki");
    testkit::programs::write(&decoy, "#!/bin/sh\necho decoy\n", 0o755);
    let mut command = place.command_called(&link("oci-init-youki"), &["--version"]);
    let path = format!("{}:{}", place.path("").display(), std::env::var("PATH").unwrap_or_default());
    let output = command.env("PATH", path).output().expect("it runs");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("decoy"), "{output:?}");
}
