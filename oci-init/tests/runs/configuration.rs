//! The configuration: defaults, mistakes, and files that others could have written.

use crate::place::{Place, spec};
use nix::sys::stat::Mode;
use oci_init::configuration::Configuration;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};

#[test]
fn the_node_chooses_whether_containers_get_init() {
    let place = Place::new();
    place.configure("enabled = false");
    place.write(&spec(&["/app"]));
    place.assert_handed_on(&place.create());
    assert_eq!(place.read()["process"]["args"][0], "/app");
    place.configure("wrap-inits = true");
    place.write(&spec(&["tini", "/app"]));
    place.assert_handed_on(&place.create());
    assert_eq!(place.read()["process"]["args"][0], "/.init");
}

#[test]
fn the_file_that_users_copy_shows_the_defaults() {
    let file = include_str!("../../../manifests/oci-init/oci-init.toml");
    let (copied, default): (Configuration, _) = (toml::from_str(file).expect("TOML"), Configuration::default());
    let values = |one: &Configuration| (one.runtime.clone(), one.init.clone(), one.enabled, one.wrap_inits);
    assert_eq!(values(&copied), values(&default));
}

#[test]
fn mistakes_are_reported_with_their_place() {
    let place = Place::new();
    place.write(&spec(&["/app"]));
    let cases = [
        ("\nruntime = 1", "line 2: "),
        ("enabled = \"no\"", "line 1: "),
        ("unknown = 1", "line 1: "),
        ("runtime = ", "line 1: "),
        ("runtime = \"runc\"", "runtime is \"runc\": write an absolute path"),
        ("init = \"\"", "init is \"\": write an absolute path"),
        ("\u{0}", "line 1: "),
    ];
    for (text, expected) in cases {
        place.configure_exactly(text);
        let line = place.assert_refused(&place.create());
        assert!(line.starts_with(&format!("oci-init: /etc/oci-init.toml: {expected}")), "{text:?}: {line}");
        // Also where no container is started, as no runtime is known then.
        place.assert_refused(&place.run(&["state", "x"]));
    }
    place.configure_exactly(&"#".repeat(100_000));
    assert!(place.assert_refused(&place.create()).contains("has more than"));
}

#[test]
fn a_file_that_others_could_have_written_is_refused() {
    let place = Place::new();
    place.write(&spec(&["/app"]));
    for (mode, is_trusted) in [(0o600, true), (0o644, true), (0o664, false), (0o646, false), (0o666, false)] {
        fs::set_permissions(place.configuration(), PermissionsExt::from_mode(mode)).expect("it is ours");
        let output = place.create();
        if is_trusted {
            place.assert_handed_on(&output);
        } else {
            assert!(place.assert_refused(&output).contains("others than root can write it"), "{mode:o}");
        }
    }
    fs::set_permissions(place.configuration(), PermissionsExt::from_mode(0o644)).expect("it is ours");
    if nix::unistd::geteuid().is_root() {
        // An ordinary user cannot give a file away.
        chown(place.configuration(), Some(65534), None).expect("we are root");
        assert!(place.assert_refused(&place.create()).contains("others than root can write it"));
    }
}

#[test]
fn it_must_be_a_regular_file() {
    let place = Place::new();
    place.write(&spec(&["/app"]));
    let configuration = place.configuration();
    fs::rename(&configuration, place.path("real")).expect("it is ours");
    symlink(place.path("real"), &configuration).expect("a link can be made");
    assert!(place.assert_refused(&place.create()).contains("it is a link"));
    fs::remove_file(&configuration).expect("it is ours");
    nix::unistd::mkfifo(&configuration, Mode::S_IRWXU).expect("a FIFO can be made");
    assert!(place.assert_refused(&place.create()).contains("no regular file"));
}

#[test]
fn a_runtime_that_is_missing_or_is_this_program_is_refused() {
    let place = Place::new();
    for (runtime, expected) in [
        ("/no/such/runtime", "the wrapped runtime /no/such/runtime cannot be executed: "),
        (env!("CARGO_BIN_EXE_oci-init"), "is oci-init itself"),
    ] {
        place.configure_exactly(&format!("runtime = {runtime:?}"));
        let line = place.assert_refused(&place.run(&["state", "x"]));
        assert!(line.contains(expected), "{line}");
    }
}
