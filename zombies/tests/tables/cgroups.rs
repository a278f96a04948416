//! `/proc/PID/cgroup` under version 1, version 2 and both.

use zombies::cgroup::Groups;

#[test]
fn all_paths_are_read() {
    let both = b"9:name=systemd:/a\n8:pids:/b:c\n4:cpu,cpuacct:/d e\n0::/f (deleted)\n";
    assert_eq!(Groups::parse(both).paths().collect::<Vec<_>>(), ["/a", "/b:c", "/d e", "/f"]);
}

#[test]
fn where_version_1_shows_a_zombie_in_the_root_its_parent_tells() {
    let zombie = Groups::parse(b"9:name=systemd:/\n8:pids:/\n4:memory:/m\n0::/v2\n");
    let parent = Groups::parse(b"9:name=systemd:/s\n8:pids:/p\n4:memory:/other\n0::/other\n");
    assert_eq!(zombie.or(&parent).paths().collect::<Vec<_>>(), ["/s", "/p", "/m", "/v2"]);
    // A zombie in the root of version 2 is there.
    let zombie = Groups::parse(b"0::/\n");
    assert_eq!(zombie.clone().or(&parent), zombie);
}

#[test]
fn a_file_that_makes_no_sense_has_no_groups() {
    for strange in [&b""[..], b"\n\n", b"8", b"8:pids", b"\xff\xff"] {
        assert_eq!(Groups::parse(strange).paths().count(), 0, "{strange:?}");
    }
}
