//! Code that must not be in the binary fails the build: each test builds a copy of this project with one change.

use goblin::elf::Elf;
use std::env::consts::ARCH;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Copies the files that a build of the workspace reads.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("a folder of the project") {
        let entry = entry.expect("an entry of the project");
        let (name, target) = (entry.file_name(), to.join(entry.file_name()));
        if !entry.path().is_dir() {
            fs::copy(entry.path(), target).expect("a file can be copied");
        } else if name != "target" && !name.as_encoded_bytes().starts_with(b".") {
            copy(&entry.path(), &target);
        }
    }
}

/// Builds the release binary of a copy in which `file` has `new` instead of `old`.
fn build_with(file: &str, old: &str, new: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder can be made");
    copy(Path::new(env!("CARGO_MANIFEST_DIR")), folder.path());
    let file = folder.path().join(file);
    let source = fs::read_to_string(&file).expect("a copied file");
    assert_eq!(source.matches(old).count(), 1, "{old} in {}", file.display());
    fs::write(&file, source.replace(old, new)).expect("the copy can be written");
    build(folder.path(), &folder.path().join("target"), &[])
}

/// Builds the release binary of a project.
fn build(project: &Path, target: &Path, options: &[&str]) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--offline", "--bin", "pause", "--target-dir"]).arg(target).args(options);
    cargo.current_dir(project).env_remove("RUSTFLAGS").output().expect("cargo can be executed")
}

/// Builds a copy with this code at the start of `main`.
fn build_with_code(code: &str) -> Output {
    let head = "extern \"C\" fn main(stack: InitialStack<'static>) -> c_int {\n";
    build_with("src/bin/pause.rs", head, &format!("{head}{code}\n"))
}

#[track_caller]
fn assert_fails(output: Output, reason: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "the build does not fail");
    assert!(stderr.contains(reason), "the build fails for another reason than {reason:?}:\n{stderr}");
}

#[test]
fn an_unchanged_copy_builds() {
    let output = build_with_code("");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_call_into_the_c_library_does_not_link() {
    assert_fails(build_with_code("#[allow(unsafe_code)] unsafe { libc::sync() };"), "sync");
}

#[test]
fn a_reachable_panic_does_not_link() {
    assert_fails(build_with_code("assert!(!stack.has_argument(c\"--panic\"));"), "a_panic_can_be_reached");
}

#[test]
fn it_contains_no_function_for_panics() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("with-symbols");
    let options = ["--config", "profile.release.strip=false"];
    let built = build(Path::new(env!("CARGO_MANIFEST_DIR")), &target, &options);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let file = fs::read(target.join("release/pause")).expect("the binary");
    let elf = Elf::parse(&file).expect("an ELF file");
    let names: Vec<&str> = elf.syms.iter().filter_map(|symbol| elf.strtab.get_at(symbol.st_name)).collect();
    assert!(names.contains(&"_start"), "the control: {names:?}");
    for trace in ["panic", "unwind", "core3fmt"] {
        assert!(names.iter().all(|name| !name.contains(trace)), "{trace} in {names:?}");
    }
}

#[test]
fn a_constant_that_needs_a_relocation_does_not_link() {
    assert_fails(
        build_with_code(
            "static TEXTS: [&str; 2] = [\"a\\n\", \"bc\\n\"]; log::to_stderr(core::hint::black_box(&TEXTS)[0]);",
        ),
        "a relocation is needed",
    );
}

#[test]
fn writable_data_does_not_link() {
    assert_fails(
        build_with_code(
            "use core::sync::atomic::{AtomicI32, Ordering}; static COUNT: AtomicI32 = AtomicI32::new(7); \
             if COUNT.fetch_add(1, Ordering::Relaxed) == 9 { return 9; }",
        ),
        "writable data is needed",
    );
}

#[test]
fn an_unsupported_architecture_fails_with_instructions() {
    let path = format!("path = \"arch/{ARCH}.rs\"");
    let output = build_with("src/sys/mod.rs", &path, "path = \"arch/mod.rs\"");
    assert_fails(output, "write src/sys/arch/<target_arch>.rs with the items that the head of src/sys/mod.rs lists");
}
