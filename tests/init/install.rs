//! `--install`: `init` copies itself into a directory. After any failure an older file is as it was, and nothing is left.

use crate::run::{command, text};
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{geteuid, mkfifo};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::{TempDir, tempdir};
use testkit::PodProcess;
use testkit::platform::EmulatorLimit;
use testkit::programs::path;
use testkit::refused_call::{ERRORS, apply, refuse};

const OLD: &str = "an older file";

/// Returns the command `init OPTIONS --install DIRECTORY`.
fn command_line(options: &[&str], directory: &Path) -> Command {
    command(&[options, &["--install", directory.to_str().expect("paths of tests are UTF-8")]].concat())
}

/// Starts `init --install DIRECTORY`, after `last_step`.
fn install_after(directory: &Path, last_step: impl FnMut() -> io::Result<()> + Send + Sync + 'static) -> PodProcess {
    PodProcess::outside_after(command_line(&[], directory), last_step)
}

#[track_caller]
fn install(directory: &Path) -> Output {
    install_after(directory, || Ok(())).wait()
}

/// Returns the names in a directory.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("the directory can be read");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Asserts that the directory holds a copy of `init` that everybody can execute, and nothing else.
#[track_caller]
fn assert_installed(directory: &Path, output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("", ""));
    let copy = directory.join("init");
    assert_eq!(fs::read(&copy).unwrap(), fs::read(path("init")).unwrap());
    assert_eq!(fs::symlink_metadata(&copy).unwrap().permissions().mode(), 0o100_755);
    assert_eq!(names(directory), ["init"]);
}

/// Asserts that `init` has reported a failure with this error.
#[track_caller]
fn assert_failed(directory: &Path, output: &Output, error: Errno) {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let message = format!("init: {}: cannot install: errno {}\n", directory.display(), error as i32);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("", message.as_str()));
}

/// Returns a directory that has an older `init`.
fn directory_with_older_file() -> TempDir {
    let directory = tempdir().expect("a directory");
    fs::write(directory.path().join("init"), OLD).expect("it can be written");
    directory
}

/// Asserts that the older file is as it was, and that nothing is left beside it.
#[track_caller]
fn assert_unchanged(directory: &Path) {
    assert_eq!(fs::read_to_string(directory.join("init")).expect("it can be read"), OLD);
    assert_eq!(names(directory), ["init"]);
}

#[test]
fn the_copy_is_installed_whatever_was_there() {
    if EmulatorLimit::OwnProcess.applies() {
        return; // /proc/self/exe is the emulator
    }
    let empty = tempdir().expect("a directory");
    assert_installed(empty.path(), &install(empty.path()));
    assert_installed(empty.path(), &install(empty.path()));

    let old = directory_with_older_file();
    assert_installed(old.path(), &install(old.path()));

    // An `init` that was killed has left a part, and others have left links.
    for leave in [
        |name: &Path| fs::write(name, "a part"),
        |name: &Path| symlink("/no/such/file", name),
        |name: &Path| symlink("/dev/null", name),
    ] {
        let directory = directory_with_older_file();
        leave(&directory.path().join(".init.incomplete")).expect("it can be made");
        assert_installed(directory.path(), &install(directory.path()));
    }

    let linked = tempdir().expect("a directory");
    symlink("/no/such/file", linked.path().join("init")).expect("a link");
    assert_installed(linked.path(), &install(linked.path()));

    let masked = tempdir().expect("a directory");
    let mask = || {
        umask(Mode::from_bits_truncate(0o777));
        Ok(())
    };
    assert_installed(masked.path(), &install_after(masked.path(), mask).wait());
}

#[test]
fn options_before_it_make_no_difference() {
    for options in [&["-v"][..], &["-e", "3"], &["-r", "TERM:INT"], &["-t", "5", "-w"], &["-sgck"]] {
        let directory = directory_with_older_file();
        let output = PodProcess::outside(command_line(options, directory.path())).wait();
        if EmulatorLimit::OwnProcess.applies() {
            // The copy is the emulator.
            assert_eq!((output.status.code(), names(directory.path())), (Some(0), vec!["init".into()]), "{options:?}");
            assert_ne!(fs::read(directory.path().join("init")).expect("it can be read"), OLD.as_bytes(), "{options:?}");
        } else {
            assert_installed(directory.path(), &output);
        }
    }
}

#[test]
fn the_copy_installs_itself() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let directory = tempdir().expect("a directory");
    assert_installed(directory.path(), &install(directory.path()));
    let copy = directory.path().join("init");
    let output = Command::new(&copy).arg("--install").arg(directory.path()).output().expect("it starts");
    assert_installed(directory.path(), &output);
}

#[test]
fn several_that_install_at_the_same_time_leave_one_whole_copy() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let directory = directory_with_older_file();
    let processes: Vec<_> = (0..20).map(|_| install_after(directory.path(), || Ok(()))).collect();
    for process in processes {
        let output = process.wait();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    }
    assert_installed(directory.path(), &install(directory.path()));
}

#[test]
fn a_directory_that_cannot_be_used_is_reported() {
    let directory = tempdir().expect("a directory");
    let missing = directory.path().join("missing");
    assert_failed(&missing, &install(&missing), Errno::ENOENT);
    let file = directory.path().join("file");
    fs::write(&file, OLD).expect("it can be written");
    assert_failed(&file, &install(&file), Errno::ENOTDIR);
    assert_eq!(fs::read_to_string(&file).unwrap(), OLD);
    let pipe = directory.path().join("pipe");
    mkfifo(&pipe, Mode::S_IRWXU).expect("a pipe");
    assert_failed(&pipe, &install(&pipe), Errno::ENOTDIR); // it does not wait for a writer
    let empty = Path::new("");
    assert_failed(empty, &install(empty), Errno::ENOENT);

    let taken = tempdir().expect("a directory");
    fs::create_dir(taken.path().join("init")).expect("a directory");
    assert_failed(taken.path(), &install(taken.path()), Errno::EISDIR);
    assert_eq!(names(taken.path()), ["init"]);

    if !geteuid().is_root() {
        let locked = directory_with_older_file();
        fs::set_permissions(locked.path(), Permissions::from_mode(0o555)).expect("it is ours");
        assert_failed(locked.path(), &install(locked.path()), Errno::EACCES);
        assert_unchanged(locked.path());
    }
}

#[test]
fn a_full_disk_leaves_the_older_file() {
    if !geteuid().is_root() || EmulatorLimit::OwnProcess.applies() {
        return; // it takes a mount, and a shell that can start the program
    }
    let directory = tempdir().expect("a directory");
    let place = directory.path().to_owned();
    let make_small = move || {
        unshare(CloneFlags::CLONE_NEWNS)?; // the mount ends with the process
        mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)?;
        Ok(mount(Some("small"), &place, Some("tmpfs"), MsFlags::empty(), Some("size=8192"))?)
    };
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"cd "$1"; printf old > init; "$0" --install . ; echo $?; ls -A; cat init"#]);
    shell.arg(path("init")).arg(directory.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = PodProcess::outside_after(shell, make_small).wait();
    assert_eq!(text(&output.stdout), "1\ninit\nold");
    assert_eq!(text(&output.stderr), format!("init: .: cannot install: errno {}\n", Errno::ENOSPC as i32));
}

#[test]
fn a_link_that_cannot_be_removed_is_not_followed() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let directory = directory_with_older_file();
    let elsewhere = directory_with_older_file();
    symlink(elsewhere.path().join("init"), directory.path().join(".init.incomplete")).expect("a link");
    let filter = refuse(&[libc::SYS_unlinkat], Errno::EPERM);
    let output = install_after(directory.path(), move || apply(&filter)).wait();
    assert_failed(directory.path(), &output, Errno::EEXIST);
    assert_unchanged(elsewhere.path());
}

#[test]
fn a_refused_call_is_reported_and_leaves_the_older_file() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for call in
        [libc::SYS_openat, libc::SYS_flock, libc::SYS_sendfile, libc::SYS_fchmod, libc::SYS_fsync, libc::SYS_renameat2]
    {
        for error in ERRORS {
            let directory = directory_with_older_file();
            let filter = refuse(&[call], error);
            let output = install_after(directory.path(), move || apply(&filter)).wait();
            assert_failed(directory.path(), &output, error);
            assert_unchanged(directory.path());
        }
    }
}
