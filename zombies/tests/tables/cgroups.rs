//! `/proc/PID/cgroup` under version 1, version 2 and both.

use zombies::cgroup::Groups;

#[test]
fn all_paths_are_read() {
    let both = b"9:name=systemd:/a\n8:pids:/b:c\n4:cpu,cpuacct:/d e\n0::/f (deleted)\n";
    assert_eq!(Groups::parse(both).paths().collect::<Vec<_>>(), ["/a", "/b:c", "/d e", "/f"]);
    assert!(!Groups::parse(both).are_roots());
}

#[test]
fn a_zombie_of_version_1_is_in_the_root() {
    assert!(Groups::parse(b"9:name=systemd:/\n8:pids:/\n0::/\n").are_roots());
    assert!(!Groups::parse(b"8:pids:/\n0::/docker\n").are_roots());
}

#[test]
fn a_file_that_makes_no_sense_has_no_groups() {
    for strange in [&b""[..], b"\n\n", b"8", b"8:pids", b"\xff\xff"] {
        assert_eq!(Groups::parse(strange).paths().count(), 0, "{strange:?}");
    }
}
