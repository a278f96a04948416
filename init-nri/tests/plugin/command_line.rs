//! The options, and what is wrong with them.

use crate::started::program;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The user and the group `nobody`.
const NOBODY: u32 = 65534;

#[track_caller]
fn failure(options: &[&str]) -> String {
    failure_of(program().args(options))
}

/// The one line of a command that fails.
#[track_caller]
fn failure_of(command: &mut Command) -> String {
    let output = command.output().expect("it can be started");
    assert_eq!((output.status.code(), &*output.stdout), (Some(1), &b""[..]), "{command:?}");
    let lines = String::from_utf8(output.stderr).expect("a text");
    let line = lines.strip_suffix('\n').and_then(|line| line.strip_prefix("init-nri: "));
    let line = line.unwrap_or_else(|| panic!("{command:?}: {lines:?}"));
    assert!(!line.contains('\n'), "{command:?}: {line}");
    line.to_owned()
}

#[test]
fn help_and_version_are_printed() {
    for (option, beginning) in [("--help", "usage: init-nri [--socket PATH]"), ("--version", "init-nri 0.1.0\n")] {
        let output = program().arg(option).output().expect("it can be started");
        let text = String::from_utf8(output.stdout).expect("a text");
        assert!(output.status.success() && text.starts_with(beginning), "{text}");
    }
}

#[test]
fn wrong_options_are_refused() {
    let hint = "; init-nri --help shows the options";
    let cases: [(&[&str], &str); 6] = [
        (&["--default", "yes"], "--default is \"yes\": write on or off"),
        (&["--default"], "missing argument for option '--default'"),
        (&["--init", "init"], "--init is \"init\": write an absolute path"),
        (&["--name", "x"], "invalid option '--name'"),
        (&["word"], "unexpected argument \"word\""),
        (&["-h"], "invalid option '-h'"),
    ];
    for (options, line) in cases {
        assert_eq!(failure(options), format!("{line}{hint}"));
    }
}

#[test]
fn without_init_on_the_node_it_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let init = folder.path().join("init");
    let path = init.to_str().expect("UTF-8");
    let missing = "cannot be used: No such file or directory (os error 2)";
    assert_eq!(failure(&["--init", path]), format!("{path} on the node {missing}; install init there"));
    fs::write(&init, "").expect("a file can be written");
    let no_program = format!("{path} on the node is no executable file; install init there");
    assert_eq!(failure(&["--init", path]), no_program);
    fs::remove_file(&init).and_then(|()| fs::create_dir(&init)).expect("a folder can be made");
    assert_eq!(failure(&["--init", path]), no_program);
}

#[test]
fn a_path_that_can_be_no_socket_is_refused() {
    let long = format!("/{}", "x".repeat(200));
    let init = env!("CARGO_BIN_EXE_init-nri");
    let line = failure(&["--init", init, "--socket", &long]);
    assert!(line.starts_with(&format!("cannot connect to {long}: ")), "{line}");
}

#[test]
fn a_socket_that_it_may_not_open_ends_it() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let allow = |path: &str, mode| fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
    let [all, copy, private] =
        ["", "init-nri", "private"].map(|name| folder.path().join(name).into_os_string().into_string().expect("UTF-8"));
    allow(&all, 0o755);
    let copied = Command::new("cp").args([env!("CARGO_BIN_EXE_init-nri"), &copy]).status();
    assert!(copied.is_ok_and(|status| status.success()));
    fs::create_dir(&private).expect("a folder can be made");
    allow(&private, 0o000);
    let mut program = Command::new(&copy);
    program.args(["--init", &copy, "--socket", &format!("{private}/nri.sock")]);
    // Modes do not stop root.
    if folder.path().metadata().expect("it is there").uid() == 0 {
        program.uid(NOBODY).gid(NOBODY);
    }
    let error = "Permission denied (os error 13); run init-nri as root";
    assert_eq!(failure_of(&mut program), format!("cannot connect to {private}/nri.sock: {error}"));
}
