//! A refused container: one line on standard error and in the runtime's log, status 1, and an unchanged bundle.

use crate::place::{Place, spec};
use serde_json::{Value, json};
use std::fs;

#[test]
fn the_line_is_on_standard_error_and_in_the_log() {
    let place = Place::new();
    let mut before = spec(&["/app"]);
    before["annotations"] = json!({ "init.pause/grace-period": "10s" });
    place.write(&before);
    let expected =
        r#"oci-init: the annotation init.pause/grace-period is "10s": write a number of seconds, such as "10""#;

    let log = place.path("log.json");
    fs::write(&log, "{\"level\":\"info\"}\n").expect("a file can be written");
    let json = ["--log", "log.json", "--log-format", "json", "create", "--bundle", "bundle", "x"];
    assert_eq!(place.assert_refused(&place.run(&json)).trim_end(), expected);
    let text = fs::read_to_string(&log).expect("a log");
    // As containerd and podman read it: the last line of the level "error".
    let entry: Value = serde_json::from_str(text.lines().nth(1).expect("a second line")).expect("JSON");
    assert_eq!((&entry["level"], &entry["msg"]), (&json!("error"), &json!(expected)));
    assert!(entry["time"].as_str().is_some_and(|time| time.len() == 20 && time.ends_with('Z')), "{entry}");

    place.assert_refused(&place.run(&["--log", "text", "create", "--bundle", "bundle", "x"]));
    let text = fs::read_to_string(place.path("text")).expect("a log");
    assert!(text.starts_with("time=\"") && text.contains("level=error msg=\"oci-init: the annotation"), "{text}");

    place.assert_refused(&place.run(&["--log", "/no/such/folder/log", "create", "--bundle", "bundle", "x"]));
    assert_eq!((place.read(), place.names()), (before, vec!["config.json".to_owned()]));
}

#[test]
fn a_profile_without_a_needed_call_refuses_the_container() {
    let place = Place::new();
    let mut before = spec(&["/app"]);
    before["linux"]["seccomp"] = json!({
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [
            { "names": ["wait4", "mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1 },
            { "names": ["kill"], "action": "SCMP_ACT_ERRNO", "args": [{ "index": 1, "value": 9, "op": "SCMP_CMP_EQ" }] },
        ],
    });
    place.write(&before);
    let line = place.assert_refused(&place.create());
    assert!(line.contains("refuses system calls that init needs: wait4; allow them"), "{line}");
    assert_eq!(place.read(), before);
}

#[test]
fn a_node_without_init_refuses_only_those_that_would_get_it() {
    let place = Place::new();
    place.write(&spec(&["/app"]));
    fs::remove_file(place.path("init")).expect("it is there");
    let line = place.assert_refused(&place.create());
    assert!(line.contains("install init there, or write its path into /etc/oci-init.toml"), "{line}");
    place.write(&spec(&["/sbin/tini", "/app"]));
    place.assert_handed_on(&place.create());
}

#[test]
fn sandboxes_and_others_are_left_as_they_are() {
    let place = Place::new();
    let annotated = |key: &str, value: &str| {
        let mut spec = spec(&["/app"]);
        spec["annotations"] = json!({ key: value });
        spec
    };
    let with_linux = |linux: Value| {
        let mut spec = spec(&["/app"]);
        spec["linux"] = linux;
        spec
    };
    for before in [
        annotated("io.kubernetes.cri.container-type", "sandbox"),
        annotated("io.kubernetes.cri-o.ContainerType", "sandbox"),
        annotated("init.pause/enabled", "false"),
        with_linux(json!({ "namespaces": [{ "type": "mount" }] })),
        with_linux(json!({ "namespaces": [{ "type": "pid", "path": "/proc/1/ns/pid" }] })),
        with_linux(json!({})),
        with_linux(json!({ "namespaces": null })),
        spec(&["/sbin/init"]),
    ] {
        place.write(&before);
        place.assert_handed_on(&place.create());
        assert_eq!(place.read(), before);
    }
}
