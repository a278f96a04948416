//! `make verify` fails if the build depends on its environment, and says what it did not compare. What it needs is checked
//! before anything is compiled.

use nix::errno::Errno;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use testkit::PodProcess;
use testkit::refused_call::{apply, refuse};

/// The platform that is built.
const PLATFORM: &str = "linux/amd64";

/// A clone of the last commit, and the folder that has it.
struct Clone(TempDir);

impl Clone {
    fn new() -> Self {
        let clone = Self(tempfile::tempdir().expect("a folder can be made"));
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        run(git(here).args(["clone", "--quiet", "--no-hardlinks", "."]).arg(clone.path("")));
        clone
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("clone").join(name)
    }

    /// Changes a file, and commits it.
    fn change(&self, name: &str, change: impl FnOnce(String) -> String) -> &Self {
        let text = fs::read_to_string(self.path(name)).expect("a cloned file");
        fs::write(self.path(name), change(text)).expect("the clone can be written");
        let mut commit = git(&self.path(""));
        commit.args(["-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--allow-empty"]);
        run(commit.args(["--all", "--message=test"]));
        self
    }

    fn verify(&self) -> Command {
        let mut verify = Command::new(self.path("build/verify.sh"));
        // A target directory that is kept, so that the program that assembles images is built once.
        verify.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("verify"));
        verify.arg(PLATFORM);
        verify
    }
}

fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder);
    git
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Standard output and error of a command, and whether it succeeded.
fn said(output: &Output) -> (bool, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_reproducible_build_passes_unless_the_table_has_other_digests_by_the_same_compilers() {
    let clone = Clone::new();
    let table = "docs/measured/compilers.md";
    clone.change(table, |_| String::new());
    let (passes, stdout, stderr) = said(&clone.verify().output().expect("the script can be started"));
    assert!(passes, "{stdout}{stderr}");
    for words in ["build 1 of 2", "build 2 of 2", "both builds have the same bytes"] {
        assert!(stdout.contains(words), "{stdout}");
    }
    let line = |start: &str| stdout.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{stdout}"));
    let index = line("pause.localhost/").split(' ').next().expect("a name");
    let not_compared = line("not compared with ");
    assert!(not_compared.contains(PLATFORM) && not_compared.contains(index), "{not_compared}");

    // The control: the right digest of the platform, and a wrong one of the index.
    let digest = line(PLATFORM).rsplit(' ').next().expect("a digest");
    let (compiler, _) = line("with ")["with ".len()..].split_once(':').expect("a platform");
    let rows = [(PLATFORM, digest), (index, "sha256:0123456789abcdef")]
        .map(|(name, digest)| format!("| {name} | {compiler} | {digest} |\n"));
    clone.change(table, |_| rows.concat());
    let (passes, stdout, stderr) = said(&clone.verify().output().expect("the script can be started"));
    assert!(!passes, "{stdout}");
    assert!(stderr.contains(&format!("verify: {index} is ")) && stderr.contains("run make docs"), "{stderr}");
    assert!(!stderr.contains(&format!("verify: {PLATFORM} is ")), "{stderr}");
}

#[test]
fn a_build_that_depends_on_its_folder_fails() {
    let head = "extern \"C\" fn main(stack: InitialStack<'static>) -> c_int {\n";
    let clone = Clone::new();
    clone.change("src/bin/pause.rs", |source| {
        assert_eq!(source.matches(head).count(), 1, "{head}");
        source.replace(head, &format!("{head}_ = log::to_stdout(env!(\"CARGO_MANIFEST_DIR\").as_bytes());\n"))
    });
    let (passes, stdout, stderr) = said(&clone.verify().output().expect("the script can be started"));
    assert!(!passes, "a build with its path in it passes: {stdout}");
    assert!(stderr.contains("the builds differ"), "{stderr}");
}

/// Asserts that `verify` compiles nothing, and says only this.
#[track_caller]
fn assert_refuses(output: &Output, words: &[&str]) {
    let (passes, stdout, stderr) = said(output);
    assert!(!passes && stdout.is_empty() && stderr.lines().count() == 1, "{stdout}{stderr}");
    assert!(words.iter().all(|words| stderr.contains(words)), "{stderr}");
}

#[test]
fn a_source_archive_is_refused() {
    let clone = Clone::new();
    fs::rename(clone.path(".git"), clone.path("not-git")).expect("it is ours");
    let output = clone.verify().output().expect("the script can be started");
    assert_refuses(&output, &["this is no clone", "clone the project with git"]);
}

#[test]
fn a_clone_of_another_user_is_refused() {
    let clone = Clone::new();
    // As git's own tests do it: an ordinary user cannot give files away.
    let output = clone.verify().env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1").output();
    let output = output.expect("the script can be started");
    assert_refuses(&output, &["another user owns this folder", "git config --global --add safe.directory '/"]);
}

#[test]
fn a_machine_without_user_namespaces_is_refused() {
    let filter = refuse(&[libc::SYS_unshare], Errno::EPERM);
    let clone = Clone::new();
    let mut verify = clone.verify();
    verify.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = PodProcess::outside_after(verify, move || apply(&filter)).wait();
    assert_refuses(&output, &["unshare failed: Operation not permitted", "sysctl -w user.max_user_namespaces=10000"]);
}
