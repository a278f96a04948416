//! Hostile bundles: the wrapped runtime's own error, or one line of ours; never a panic, a wait or a change elsewhere.

use crate::place::{Place, spec};
use nix::sys::stat::Mode;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::os::unix::fs::symlink;

/// What is wrong for the wrapped runtime too is handed on as it is.
#[test]
fn what_describes_no_container_is_handed_on() {
    let process = |process: Value| json!({ "process": process, "linux": { "namespaces": [{ "type": "pid" }] } });
    let changed = |key: &str, value: Value| {
        let mut spec = spec(&["/app"]);
        spec[key] = value;
        spec
    };
    for document in [
        json!(null),
        json!([]),
        json!("text"),
        json!(1),
        json!({}),
        process(json!(null)),
        process(json!([])),
        process(json!({})),
        process(json!({ "args": null })),
        process(json!({ "args": [] })),
        process(json!({ "args": [""] })),
        process(json!({ "args": "/app" })),
        process(json!({ "args": ["/app", 1] })),
        changed("linux", json!([])),
        changed("linux", json!({ "namespaces": {} })),
        changed("linux", json!({ "namespaces": ["pid"] })),
        changed("mounts", json!({})),
        changed("mounts", json!(["/x"])),
        changed("annotations", json!([])),
        changed("annotations", json!({ "init.pause/enabled": true })),
    ] {
        let place = Place::new();
        place.write(&document);
        let text = fs::read(place.config()).expect("it is there");
        place.assert_handed_on(&place.create());
        assert_eq!(fs::read(place.config()).expect("it is there"), text, "{document}");
    }
    let place = Place::new();
    place.assert_handed_on(&place.create()); // there is no config.json
    place.assert_handed_on(&place.run(&["create", "--bundle", "/no/such/folder", "x"]));
    place.assert_handed_on(&place.run(&["create", "--bundle", "runtime", "x"]));
}

#[test]
fn what_is_not_json_is_refused() {
    let deep = "[".repeat(1_000_000);
    let invalid: [&[u8]; 8] =
        [b"", b"{", b"\0", b"{} {}", b"\xff\xfe", b"{\"a\": \"\xff\"}", b"{\"a\": \"\\ud800\"}", deep.as_bytes()];
    for text in invalid {
        let place = Place::new();
        fs::write(place.config(), text).expect("a file can be written");
        let line = place.assert_refused(&place.create());
        assert!(line.contains("config.json is not JSON: "), "{line}");
        assert_eq!(fs::read(place.config()).expect("it is there"), text);
    }
}

#[test]
fn a_link_is_not_followed() {
    let place = Place::new();
    place.write(&spec(&["/app"]));
    let target = place.path("elsewhere.json");
    fs::rename(place.config(), &target).expect("it is ours");
    let before = fs::read(&target).expect("it is there");
    for destination in [&*target, "/dev/zero".as_ref(), "/no/such/file".as_ref(), "config.json".as_ref()] {
        symlink(destination, place.config()).expect("a link can be made");
        let line = place.assert_refused(&place.create());
        assert!(line.contains("config.json is a link"), "{line}");
        fs::remove_file(place.config()).expect("it is ours");
    }
    assert_eq!(fs::read(&target).expect("it is there"), before);
}

#[test]
fn only_a_regular_file_is_read() {
    let place = Place::new();
    fs::create_dir(place.config()).expect("a folder can be made");
    assert!(place.assert_refused(&place.create()).contains("no regular file"));
    fs::remove_dir(place.config()).expect("it is ours");
    nix::unistd::mkfifo(&place.config(), Mode::S_IRWXU).expect("a FIFO can be made");
    assert!(place.assert_refused(&place.create()).contains("no regular file"));
    fs::remove_file(place.config()).expect("it is ours");
    let _socket = std::os::unix::net::UnixListener::bind(place.config()).expect("a socket can be made");
    assert!(place.assert_refused(&place.create()).contains("cannot be read"));
}

#[test]
fn a_large_file_is_refused_and_large_arguments_are_not() {
    let place = Place::new();
    let file = File::create(place.config()).expect("a file can be made");
    for size in [100 << 20, (16 << 20) + 1, 1 << 40] {
        file.set_len(size).expect("it can be sparse");
        assert!(place.assert_refused(&place.create()).contains("has more than 16 MiB"));
    }
    let word = "x".repeat(1 << 20);
    place.write(&spec(&["/app", &word, "end"]));
    place.assert_handed_on(&place.create());
    let args = place.read()["process"]["args"].clone();
    assert_eq!(args, json!(["/.init", "--", "/app", word, "end"]));
}

/// Go's and crun's parsers take the last of two members. So do we, and we write only that.
#[test]
fn a_member_that_occurs_twice_counts_once() {
    let place = Place::new();
    let last = spec(&["/app"]).to_string();
    let twice = last.replacen('{', "{\"process\": {\"args\": [\"/sbin/tini\"]}, ", 1);
    fs::write(place.config(), twice).expect("a file can be written");
    place.assert_handed_on(&place.create());
    let text = fs::read_to_string(place.config()).expect("it is there");
    assert_eq!(text.matches("\"process\"").count(), 1, "{text}");
    assert_eq!(place.read()["process"]["args"], json!(["/.init", "--", "/app"]));
}

/// A file of the name that the new file gets first is never followed nor filled.
#[test]
fn nothing_outside_the_bundle_is_written() {
    let place = Place::new();
    place.write(&spec(&["/app"]));
    let target = place.path("target");
    fs::write(&target, "untouched").expect("a file can be written");
    // The process ID is not known before: links for all that are near.
    let next = std::process::id();
    for id in next..next + 2000 {
        symlink(&target, place.bundle().join(format!(".config.json.{id}"))).expect("a link can be made");
    }
    place.assert_handed_on(&place.create());
    assert_eq!(fs::read_to_string(&target).expect("it is there"), "untouched");
    assert_eq!(place.read()["process"]["args"][0], "/.init");
}
