//! `init` finds the program as `execvp` does. If the program cannot be executed, `init` reports that in one line.

use crate::run::{command, probe_child, run, text};
use nix::mount::{MsFlags, mount};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use testkit::Pod;
use testkit::programs::write;

/// A script that prints its arguments.
const SCRIPT: &str = "#!/bin/sh\necho \"$0 $*\"\n";

/// A folder with the program `it`.
struct Folder(TempDir);

impl Folder {
    /// Makes a folder, and `it` by `make`.
    fn with(make: impl FnOnce(&Path) -> io::Result<()>) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("the folder is ours");
        make(&folder.path().join("it")).expect("the folder is empty");
        Self(folder)
    }

    /// Makes a folder, and the file `it`.
    fn with_file(content: &str, mode: u32) -> Self {
        Self::with(|it| {
            write(it, content, mode);
            Ok(())
        })
    }

    fn path(&self) -> &str {
        self.0.path().to_str().expect("the path is UTF-8")
    }
}

/// Runs `init ARGUMENTS` with this `PATH`.
fn run_with_path(path: &str, arguments: &[&str]) -> Output {
    let mut command = command(arguments);
    command.env("PATH", path);
    Pod::start(command).wait()
}

/// Asserts the exit status and the only message of `init`.
#[track_caller]
fn assert_fails(output: &Output, status: i32, message: &str) {
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(status), &*format!("init: {message}\n")));
}

#[test]
fn init_exits_with_127_if_the_program_does_not_exist() {
    for name in ["/no/such/program", "./no-such-program", "", "no-such-program", "-", &"n".repeat(200)] {
        let output = run_with_path("/bin:/usr/bin", &[name, "-x"]);
        assert_fails(&output, 127, &format!("{name}: No such file or directory"));
    }
}

#[test]
fn init_exits_with_126_if_the_program_cannot_be_executed() {
    let [not_executable, link] = [Folder::with_file(SCRIPT, 0o644), Folder::with(|it| symlink("it", it))];
    let path = format!("{}:/no/such:/dev/null", not_executable.path());
    for name in ["/", &format!("{}/it", not_executable.path()), "it"] {
        assert_fails(&run_with_path(&path, &[name]), 126, &format!("{name}: Permission denied"));
    }
    let link = format!("{}/it", link.path());
    for (name, error) in
        [("/dev/null/program", libc::ENOTDIR), (&*"n".repeat(300), libc::ENAMETOOLONG), (&*link, libc::ELOOP)]
    {
        assert_fails(&run(&[name]), 126, &format!("{name} cannot be executed: errno {error}"));
    }
    // A message is cut at PIPE_BUF bytes, which the kernel writes to a pipe in one piece (man 7 pipe).
    let output = run(&[&format!("/{}", "n".repeat(100_000))]);
    assert_fails(&output, 126, &format!("/{}", "n".repeat(4096 - "init: /\n".len())));
}

#[test]
fn the_search_continues_after_a_folder_name_that_is_too_long() {
    let folder = Folder::with_file(SCRIPT, 0o755);
    for length in [4085, 4096, 10_000] {
        let path = format!("/{}:{}", "x/".repeat(length / 2), folder.path());
        let output = run_with_path(&path, &["it"]);
        assert_eq!(output.status.code(), Some(0), "{length}: {}", text(&output.stderr));
    }
    // This folder exists, and what would be left of the path if it was cut is not executable.
    for length in [4094, 4096] {
        let output = run_with_path(&format!("/{}", "./".repeat(length / 2)), &["it"]);
        assert_fails(&output, 127, "it: No such file or directory");
    }
}

#[test]
fn the_search_finds_what_execvp_of_the_c_library_finds() {
    let good = Folder::with_file(SCRIPT, 0o755);
    let folders = [
        &good,
        &Folder::with_file("echo \"$0 $*\"; exit 3\n", 0o755),
        &Folder::with_file(SCRIPT, 0o644),
        &Folder::with_file("#!/no/such/interpreter\n", 0o755),
        &Folder::with_file("\x7fELF", 0o755),
        &Folder::with(|it| fs::create_dir(it)),
        &Folder::with(|it| symlink("it", it)),
    ];
    // Without a name that is too long: after one, glibc 2.36 searches the working directory.
    let names: Vec<&str> = folders.map(Folder::path).into_iter().chain(["", "/no/such", "/dev/null"]).collect();
    let outcome = |mut command: Command, path: &str| {
        command.env("PATH", path).current_dir(good.path());
        let output = Pod::start(command).wait();
        (output.status.code(), text(&output.stdout).to_owned())
    };
    let pairs = names.iter().flat_map(|first| names.iter().map(move |second| format!("{first}:{second}")));
    for path in pairs.chain(["".into(), "/no::/such".into()]) {
        let mut execvp = Command::new(probe_child());
        execvp.arg("exec").stdout(Stdio::piped()).stderr(Stdio::null());
        assert_eq!(outcome(command(&["it", "a", "b c"]), &path), outcome(execvp, &path), "{path}");
    }
    let found = (Some(0), format!("{}/it a b c\n", good.path()));
    assert_eq!(
        outcome(command(&["it", "a", "b c"]), &names.join(":")),
        found,
        "the control: it is in the first folder"
    );
}

#[test]
fn a_script_without_an_interpreter_is_no_program_where_the_shell_cannot_be_executed() {
    let folder = Folder::with_file("exit 3\n", 0o755);
    let hide = || Ok(mount(Some("/dev/null"), "/bin/sh", None::<&str>, MsFlags::MS_BIND, None::<&str>)?);
    let mut init = command(&["it"]);
    init.env("PATH", format!("{}:/no/such", folder.path()));
    let output = Pod::start_after(init, hide).wait();
    assert_fails(&output, 126, &format!("it cannot be executed: errno {}", libc::ENOEXEC));
}

#[test]
fn without_path_init_searches_bin_and_usr_bin() {
    let run_without_path = |arguments: &[&str]| {
        let mut command = command(arguments);
        command.env_remove("PATH");
        Pod::start(command).wait()
    };
    let output = run_without_path(&["sh", "-c", "echo found"]);
    assert_eq!(text(&output.stdout), "found\n", "{}", text(&output.stderr));
    assert_fails(&run_without_path(&["no-such-program"]), 127, "no-such-program: No such file or directory");
}

#[test]
fn a_script_without_an_interpreter_line_is_run_by_the_shell() {
    let folder = Folder::with_file("echo \"$0 $# $*\"; exit 3\n", 0o755);
    let program = format!("{}/it", folder.path());
    let path = format!("{}:/bin:/usr/bin", folder.path());
    for arguments in [&["it", "a", "b c"][..], &["-w", "--", "it", "a", "b c"], &[&program, "a", "b c"]] {
        let output = run_with_path(&path, arguments);
        let expected = format!("{program} 2 a b c\n");
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(3), &*expected), "{}", text(&output.stderr));
    }
    let empty = Folder::with_file("", 0o755);
    assert_eq!(run_with_path(empty.path(), &["it"]).status.code(), Some(0));
}

#[test]
fn the_program_gets_the_environment() {
    let mut command = command(&["env"]);
    command.env_clear().env("A", "1").env("PATHX", "no").env("TINI_KILL_PROCESS_GROUP", "").env("B", "two words");
    let output = Pod::start(command).wait();
    let mut lines: Vec<_> = text(&output.stdout).lines().collect();
    lines.sort();
    assert_eq!(lines, ["A=1", "B=two words", "PATHX=no", "TINI_KILL_PROCESS_GROUP="]);
}
