//! `make verify` fails if the build depends on its environment.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs a command in a folder.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    // A target directory that is kept, so that the program that assembles images is built once.
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("verify"));
    command.args(arguments).current_dir(folder).output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

/// Runs `build/verify.sh` in a clone of the last commit, for one platform, with `code` at the start of `main`.
fn verify_with(code: &str) -> Output {
    let parent = tempfile::tempdir().expect("a folder can be made");
    let clone = parent.path().join("clone");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cloned = run(here, "git", &["clone", "--quiet", ".", clone.to_str().expect("a plain name")]);
    assert!(cloned.status.success(), "{}", String::from_utf8_lossy(&cloned.stderr));

    let table = fs::read_to_string(clone.join("build/platforms.toml")).expect("a cloned file");
    let rows: Vec<&str> = table.split_inclusive("[[platform]]").collect();
    let first = rows[..2].concat();
    fs::write(clone.join("build/platforms.toml"), first.trim_end_matches("[[platform]]"))
        .expect("the clone can be written");

    let program = clone.join("src/bin/pause.rs");
    let head = "extern \"C\" fn main(stack: InitialStack<'static>) -> c_int {\n";
    let source = fs::read_to_string(&program).expect("a cloned file");
    assert_eq!(source.matches(head).count(), 1, "{head}");
    fs::write(&program, source.replace(head, &format!("{head}{code}\n"))).expect("the clone can be written");

    let committed = run(
        &clone,
        "git",
        &["-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--all", "--message=test"],
    );
    assert!(committed.status.success(), "{}", String::from_utf8_lossy(&committed.stderr));
    run(&clone, "build/verify.sh", &[])
}

#[test]
fn a_reproducible_build_passes() {
    let output = verify_with("");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout.contains("both builds have the same bytes") && stdout.contains("linux/amd64"), "{stdout}");
}

#[test]
fn a_build_that_depends_on_its_folder_fails() {
    let output = verify_with("_ = log::to_stdout(env!(\"CARGO_MANIFEST_DIR\").as_bytes());");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "a build with its path in it passes");
    assert!(stderr.contains("the builds differ"), "{stderr}");
}
