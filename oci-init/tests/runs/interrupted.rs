//! A signal at any moment leaves the old `config.json` or the new one.

use crate::place::{Place, spec};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use testkit::deadline::TIMEOUT;

/// Enough for the write to take a while.
const BYTES: usize = 2 << 20;

/// How often it is killed at least.
const TURNS: usize = 8;

/// Starts a container, and sends a signal as soon as the new file has its first name. Returns whether it came that early.
fn interrupt(place: &Place, signal: Signal) -> bool {
    let mut command = place.command(&["create", "--bundle", "bundle", "x"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("unshare can be executed");
    let has_begun = wait_for_new_file(place, &mut child);
    if has_begun {
        kill(Pid::from_raw(child.id() as i32), signal).expect("it is not waited for yet");
    }
    child.wait().expect("it is our child");
    has_begun
}

fn wait_for_new_file(place: &Place, child: &mut Child) -> bool {
    loop {
        if place.names().iter().any(|name| name.starts_with(".config.json.")) {
            return true;
        }
        if child.try_wait().expect("it is our child").is_some() {
            return false;
        }
    }
}

fn big_spec() -> Value {
    spec(&["/app", &"x".repeat(BYTES)])
}

#[test]
fn sigkill_in_the_middle_leaves_the_old_file_or_the_new_one() {
    let (start, before) = (Instant::now(), big_spec());
    let (mut turns, mut old, mut left) = (0, 0, 0);
    // The control: it was killed before the rename, too.
    while turns < TURNS || old == 0 || left == 0 {
        assert!(start.elapsed() < TIMEOUT, "{old} of {turns} were killed before the rename, {left} left a file");
        turns += 1;
        let place = Place::new();
        place.write(&before);
        while !interrupt(&place, Signal::SIGKILL) {
            assert!(start.elapsed() < TIMEOUT, "it is never seen while it writes");
            place.write(&before);
        }
        let after = place.read(); // it is JSON
        if after == before {
            old += 1;
        } else {
            assert_eq!(after["process"]["args"].as_array().map(Vec::len), Some(4));
        }
        left += usize::from(place.names().len() > 1);
        // The next start works, whatever the killed one left.
        place.assert_handed_on(&place.create());
        assert_eq!(place.read()["process"]["args"][0], "/.init");
    }
}

#[test]
fn ctrl_c_in_the_middle_leaves_nothing() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let (start, place) = (Instant::now(), Place::new());
        place.write(&big_spec());
        while !interrupt(&place, signal) {
            assert!(start.elapsed() < TIMEOUT, "it is never seen while it writes");
            place.write(&big_spec());
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(place.names(), ["config.json"]);
        assert_eq!(place.read()["process"]["args"][0], "/.init");
    }
}
