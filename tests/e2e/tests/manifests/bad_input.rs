//! `containerd/switch.sh` with bad archives, full disks and a second run at the same time: one clear line, status 1, and the
//! node as it was.

use crate::containerd::VERSION_2;
use crate::node::{CONFIG, Node};
use crate::{RELEASES, archive, manifest};
use e2e::project::reference;
use std::fs;
use std::thread;

/// The script must fail with one line, and change nothing.
#[track_caller]
fn fails(node: &Node, argument: &str, message: &str) {
    let before = (node.state(), node.images(), node.server());
    let output = node.switch(argument);
    assert_eq!(output.status.code(), Some(1), "{output:#?}");
    assert!(output.stderr.contains(message) && output.stderr.lines().count() == 1, "{message}: {output:#?}");
    assert_eq!((node.state(), node.images(), node.server()), before, "{argument}");
}

/// Runs a test on each release at the same time, on a node that is switched already if the second argument says so.
fn on_each_node(test: fn(&Node)) {
    thread::scope(|scope| {
        for release in RELEASES {
            for switched in [false, true] {
                scope.spawn(move || {
                    let node = Node::new(release, Some(VERSION_2));
                    if switched {
                        node.switch(archive()).ok();
                    }
                    test(&node);
                });
            }
        }
    });
}

#[test]
fn a_bad_archive_changes_nothing() {
    on_each_node(|node| {
        let bytes = fs::read(archive()).expect("an archive");
        let put = |bytes: &[u8]| fs::write(node.machine.path("/run/bad.tar"), bytes).expect("a file can be written");
        for length in [0, 100, 3000, 5000, bytes.len() / 2, bytes.len() - 30_000] {
            put(&bytes[..length]);
            fails(node, "/run/bad.tar", "/run/bad.tar ");
        }
        put(b"no archive");
        fails(node, "/run/bad.tar", "is no archive with the name of an image, or is damaged");
        fails(node, "/run/none.tar", "there is no archive /run/none.tar");
        // Each blob of this machine's platform in turn.
        let blobs = "ctr -n x images import ARCHIVE > /dev/null; ctr -n x content ls -q | cut -d: -f2
            ctr -n x images rm --sync $(ctr -n x images ls -q) > /dev/null; ctr namespaces rm x > /dev/null";
        let blobs = node.shell(&blobs.replace("ARCHIVE", archive())).ok();
        assert!(blobs.lines().count() >= 4, "index, manifest, configuration, layer: {blobs}");
        let needed = blobs.lines().filter(|blob| {
            let name = format!("blobs/sha256/{blob}");
            let Some(header) = bytes.chunks(512).position(|block| block.starts_with(name.as_bytes())) else {
                return false; // containerd keeps index.json as well
            };
            let mut damaged = bytes.clone();
            damaged[(header + 1) * 512] ^= 1;
            put(&damaged);
            let output = node.switch("/run/bad.tar");
            let message = "/run/bad.tar cannot be used on this machine";
            assert!(output.status.success() || output.stderr.contains(message), "{output:?}");
            !output.status.success()
        });
        assert!(needed.count() >= 4, "damage in what this machine needs is noticed");
    });
}

#[test]
fn an_archive_for_another_architecture_changes_nothing() {
    on_each_node(|node| {
        let other = if cfg!(target_arch = "aarch64") { "amd64" } else { "arm64" };
        let make = format!(
            "ctr -n x images import --all-platforms --no-unpack {archive} > /dev/null
            ctr -n x images convert --platform linux/{other} {reference} {reference} > /dev/null
            ctr -n x images export --platform linux/{other} /run/other.tar {reference}
            ctr -n x images rm --sync {reference} > /dev/null; ctr namespaces rm x > /dev/null",
            archive = archive(),
            reference = reference(),
        );
        node.shell(&make).ok();
        fails(node, "/run/other.tar", &format!("it is for linux/{other}"));
    });
}

#[test]
fn a_full_disk_changes_nothing() {
    // The disk of the image store, of the archive, of the configuration.
    for (folder, room) in [("/var/lib/containerd", 16), ("/usr/local/lib", 64), ("/run/node", 0)] {
        let node = Node::without_containerd("", Some(VERSION_2));
        node.shell(&format!(
            "mkdir -p {folder} /run/kept && cp -a {folder}/. /run/kept && mount -t tmpfs -o size=1m node {folder}"
        ))
        .ok();
        node.shell(&format!("cp -a /run/kept/. {folder}")).ok();
        node.start();
        let fill = "dd if=/dev/zero of=FOLDER/fill bs=4k 2> /dev/null || true; truncate -s -ROOMk FOLDER/fill";
        node.shell(&fill.replace("FOLDER", folder).replace("ROOM", &room.to_string())).ok();
        let before = (node.state(), node.images());
        let output = node.switch(archive());
        assert!(
            output.status.code() == Some(1) && output.stderr.contains("No space left on device")
                || output.stderr.contains("no space left"),
            "{output:#?}"
        );
        assert_eq!((node.state(), node.images()), before, "{folder}");
        node.shell(&format!("rm {folder}/fill")).ok();
        node.switch(archive()).ok(); // with space, it works
        node.switch("--check").ok();
    }
}

#[test]
fn of_two_runs_at_once_one_changes_nothing() {
    let node = Node::new("", Some(VERSION_2));
    let script = manifest("containerd/switch.sh");
    let both = format!(
        "RESTART='touch /run/first; sleep 3; sh /run/restart' sh {script} {archive} & until [ -e /run/first ]; do sleep 0.05; done
        sh {script} --check > /dev/null 2>&1 || true # it may run at any time
        ! sh {script} --undo 2> /run/second; wait $!; cat /run/second",
        script = script.display(),
        archive = archive(),
    );
    let second = node.shell(&both).ok();
    assert!(second.contains("another switch.sh runs, as process") && second.lines().count() == 1, "{second}");
    node.switch("--check").ok();
}

#[test]
fn the_lock_of_a_run_that_was_killed_is_ignored() {
    let node = Node::new("", Some(VERSION_2));
    node.shell("sh -c 'ln -s $$ /run/pause-switch.lock'").ok();
    node.switch(archive()).ok();
    assert_eq!(node.shell("ls /run | grep pause-switch || true").ok(), "");
}

#[test]
fn a_terminated_run_restores_the_node() {
    for signal in ["TERM", "INT", "HUP"] {
        let node = Node::new("", Some(VERSION_2));
        let before = (node.state(), node.images());
        let restart = format!("if grep -q {} {CONFIG}; then kill -s {signal} $PPID; fi; sh /run/restart", reference());
        let script = manifest("containerd/switch.sh");
        let output = node.shell(&format!("RESTART='{restart}' sh {} {}", script.display(), archive()));
        assert_eq!(output.status.code(), Some(1), "{output:#?}");
        assert!(output.stderr.contains("the old configuration is restored"), "{output:#?}");
        assert_eq!((node.state(), node.images()), before, "{signal}");
    }
}
