//! The program is found as `execvp` finds it; where it cannot be executed, that is said once.

use crate::run::{outcome, piped, probe_child, text};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use testkit::Pod;
use testkit::programs::write;

/// A folder of scripts.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("it is ours");
        Self(folder)
    }

    fn path(&self) -> &str {
        self.0.path().to_str().expect("a path without surprises")
    }

    /// A file of this content and mode.
    fn with(self, name: &str, content: &str, mode: u32) -> Self {
        write(&self.0.path().join(name), content, mode);
        self
    }
}

/// What comes of a program with this `PATH`.
fn with_path(path: Option<&str>, words: &[&str]) -> Output {
    let mut program = piped(words);
    match path {
        Some(path) => program.env("PATH", path),
        None => program.env_remove("PATH"),
    };
    Pod::start(program).wait()
}

/// It says this once, and leaves with that status.
#[track_caller]
fn fails(output: &Output, status: i32, said: &str) {
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(status), said));
}

const SCRIPT: &str = "#!/bin/sh\necho \"$0 $*\"\n";

#[test]
fn what_is_not_there_is_127() {
    let missing = ": No such file or directory\n";
    fails(&with_path(Some("/bin:/usr/bin"), &["no-such-program"]), 127, &format!("init: no-such-program{missing}"));
    fails(&outcome(&["/no/such/program", "-x"]), 127, &format!("init: /no/such/program{missing}"));
    fails(&outcome(&["./no-such-program"]), 127, &format!("init: ./no-such-program{missing}"));
    fails(&outcome(&[""]), 127, &format!("init: {missing}"));
    fails(&with_path(Some("/bin:/usr/bin"), &["-"]), 127, &format!("init: -{missing}"));
    let name = "n".repeat(200);
    fails(&with_path(Some("/bin:/usr/bin"), &[&name]), 127, &format!("init: {name}{missing}"));
}

#[test]
fn what_cannot_be_executed_is_126() {
    let refused = ": Permission denied\n";
    let folder = Folder::new().with("plain", SCRIPT, 0o644);
    fails(&outcome(&["/"]), 126, &format!("init: /{refused}"));
    let plain = format!("{}/plain", folder.path());
    fails(&outcome(&[&plain]), 126, &format!("init: {plain}{refused}"));
    fails(&with_path(Some(folder.path()), &["plain"]), 126, &format!("init: plain{refused}"));
    // What is on the way is no folder, or the name is longer than one can be.
    let output = outcome(&["/dev/null/program"]);
    fails(&output, 126, &format!("init: /dev/null/program cannot be executed: error {}\n", libc::ENOTDIR));
    let name = "n".repeat(300);
    let output = outcome(&[&name]);
    fails(&output, 126, &format!("init: {name} cannot be executed: error {}\n", libc::ENAMETOOLONG));
    let folder = Folder::new();
    let endless = format!("{}/endless", folder.path());
    symlink("endless", &endless).expect("a link");
    fails(&outcome(&[&endless]), 126, &format!("init: {endless} cannot be executed: error {}\n", libc::ELOOP));
    // One line is one piece of a pipe at the most.
    let output = outcome(&[&format!("/{}", "n".repeat(100_000))]);
    fails(&output, 126, &format!("init: /{}\n", "n".repeat(4096 - "init: /\n".len())));
}

#[test]
fn the_path_is_searched_from_the_beginning() {
    let first = Folder::new().with("it", SCRIPT, 0o755);
    let second = Folder::new().with("it", SCRIPT, 0o755).with("other", SCRIPT, 0o755);
    let path = format!("/no/such:{}:{}", first.path(), second.path());
    let output = with_path(Some(&path), &["it", "a", "b c"]);
    assert_eq!(text(&output.stdout), format!("{}/it a b c\n", first.path()), "{}", text(&output.stderr));
    let output = with_path(Some(&path), &["other"]);
    assert_eq!(text(&output.stdout), format!("{}/other \n", second.path()));
}

#[test]
fn what_is_refused_on_the_way_is_passed_over() {
    let refused = Folder::new().with("it", SCRIPT, 0o644);
    fs::create_dir(Path::new(refused.path()).join("other")).expect("a folder in it");
    let good = Folder::new().with("it", SCRIPT, 0o755).with("other", SCRIPT, 0o755);
    let path = format!("/dev/null:{}:{}", refused.path(), good.path());
    for name in ["it", "other"] {
        let output = with_path(Some(&path), &[name]);
        assert_eq!(text(&output.stdout), format!("{}/{name} \n", good.path()), "{}", text(&output.stderr));
    }
    // And remembered, where nothing better comes.
    let path = format!("{}:/no/such:/dev/null", refused.path());
    fails(&with_path(Some(&path), &["it"]), 126, "init: it: Permission denied\n");
}

#[test]
fn an_empty_folder_in_the_path_is_the_current_one() {
    let folder = Folder::new().with("it", SCRIPT, 0o755);
    for path in ["", ":/no/such", "/no/such:", "/no::/such"] {
        let mut program = piped(&["it"]);
        program.env("PATH", path).current_dir(folder.path());
        let output = Pod::start(program).wait();
        assert_eq!(output.status.code(), Some(0), "{path:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_folder_too_long_to_be_one_is_passed_over() {
    let folder = Folder::new().with("it", SCRIPT, 0o755);
    for length in [4085, 4096, 10_000] {
        let path = format!("/{}:{}", "x/".repeat(length / 2), folder.path());
        let output = with_path(Some(&path), &["it"]);
        assert_eq!(output.status.code(), Some(0), "{length}: {}", text(&output.stderr));
    }
}

#[test]
fn whatever_the_path_is_the_c_library_finds_the_same() {
    let good = Folder::new().with("it", SCRIPT, 0o755);
    let bare = Folder::new().with("it", "echo \"$0 $*\"; exit 3\n", 0o755);
    let refused = Folder::new().with("it", SCRIPT, 0o644);
    let lost = Folder::new().with("it", "#!/no/such/interpreter\n", 0o755);
    let broken = Folder::new().with("it", "\x7fELF", 0o755);
    let folder = Folder::new();
    fs::create_dir(Path::new(folder.path()).join("it")).expect("a folder in it");
    let endless = Folder::new();
    symlink("it", Path::new(endless.path()).join("it")).expect("a link");
    let folders = [&good, &bare, &refused, &lost, &broken, &folder, &endless].map(Folder::path);
    // None that is too long: after one of those glibc 2.36 looks in the current folder.
    let places: Vec<&str> = folders.into_iter().chain(["", "/no/such", "/dev/null"]).collect();
    let outcome = |mut program: Command, path: &str| {
        let output = Pod::start({
            program.env("PATH", path).current_dir(good.path());
            program
        });
        let output = output.wait();
        (output.status.code(), text(&output.stdout).to_owned())
    };
    for first in &places {
        for second in &places {
            let path = format!("{first}:{second}");
            let mut by_library = Command::new(probe_child());
            by_library.arg("exec").stdout(Stdio::piped()).stderr(Stdio::null());
            assert_eq!(outcome(piped(&["it", "a", "b c"]), &path), outcome(by_library, &path), "{path}");
        }
    }
}

#[test]
fn without_a_path_the_usual_places_are_searched() {
    let output = with_path(None, &["sh", "-c", "echo found"]);
    assert_eq!(text(&output.stdout), "found\n", "{}", text(&output.stderr));
    fails(&with_path(None, &["no-such-program"]), 127, "init: no-such-program: No such file or directory\n");
}

#[test]
fn a_script_that_does_not_say_who_runs_it_is_run_by_the_shell() {
    let folder = Folder::new().with("it", "echo \"$0 $# $*\"; exit 3\n", 0o755).with("empty", "", 0o755);
    let expected = format!("{}/it 2 a b c\n", folder.path());
    let path = format!("{}:/bin:/usr/bin", folder.path());
    for output in [
        with_path(Some(&path), &["it", "a", "b c"]),
        with_path(Some(&path), &["-w", "--", "it", "a", "b c"]),
        outcome(&[&format!("{}/it", folder.path()), "a", "b c"]),
    ] {
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(3), &*expected), "{}", text(&output.stderr));
    }
    assert_eq!(with_path(Some(&path), &["empty"]).status.code(), Some(0));
}

#[test]
fn the_environment_comes_through() {
    let mut program = piped(&["env"]);
    program.env_clear().env("A", "1").env("PATHX", "no").env("TINI_KILL_PROCESS_GROUP", "").env("B", "two words");
    let output = Pod::start(program).wait();
    let mut lines: Vec<_> = text(&output.stdout).lines().collect();
    lines.sort();
    assert_eq!(lines, ["A=1", "B=two words", "PATHX=no", "TINI_KILL_PROCESS_GROUP="]);
}
