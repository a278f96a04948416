//! `-P`: `init` is the pause process of a pod. It starts no program.

use crate::run::{command, run, text};
use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::process::Command;
use std::sync::Arc;
use testkit::descriptors::{of, put};
use testkit::platform::EmulatorLimit;
use testkit::process_table::zombies;
use testkit::programs::{orphan_maker, pause};
use testkit::refused_call::{apply, refuse};
use testkit::shim::block_all_and_ignore;
use testkit::usage::children;
use testkit::{Pod, PodProcess, until};

/// The signals after which it exits.
const SHUTDOWN: [Signal; 2] = [Signal::SIGINT, Signal::SIGTERM];

/// Asserts that the process exits with 0 on this signal, and has written nothing.
#[track_caller]
fn assert_exits_silently(mut process: PodProcess, signal: Signal) {
    process.until_it_waits();
    process.signal(signal as i32);
    let output = process.wait();
    assert_eq!(output.status.code(), Some(0), "{signal}");
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("", ""), "{signal}");
}

/// Asserts that the current directory of a process is its root directory.
#[track_caller]
fn assert_in_root(pid: Pid) {
    let link = |name| fs::read_link(format!("/proc/{pid}/{name}")).expect("the process is alive");
    assert_eq!(link("cwd"), link("root"));
}

#[test]
fn as_process_1_it_reaps_and_exits_with_0_on_sigint_and_sigterm() {
    for signal in SHUTDOWN {
        let mut pod = Pod::start(command(&["-P"]));
        pod.init().until_it_waits();
        assert!(pod.join(orphan_maker(&["one-by-one", "20"])).wait().status.success());
        until("no zombie is left", || zombies(&pod).is_empty());
        assert_exits_silently(pod.into_init(), signal);
    }
}

#[test]
fn as_an_ordinary_process_it_exits_with_0_on_sigint_and_sigterm() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    for signal in SHUTDOWN {
        assert_exits_silently(PodProcess::outside(command(&["-P"])), signal);
        // podman starts its pause process with all signals blocked.
        assert_exits_silently(PodProcess::outside_after(command(&["-P"]), || block_all_and_ignore(&[])), signal);
    }
}

#[test]
fn as_an_ordinary_process_it_adopts_orphans_and_reaps_them() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    // The shell becomes `init`, and leaves it a child that leaves orphans.
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"(sleep 0.2; for i in 1 2 3 4 5; do sleep 1 & done) & exec "$0" -P"#]);
    shell.arg(command(&[]).get_program());
    let pod = Pod::with(pause());
    let process = pod.join(shell);
    until("it has adopted the orphans", || children(process.pid()).len() == 5);
    until("they have ended", || children(process.pid()).is_empty());
    process.signal(libc::SIGTERM);
    assert_eq!(process.wait().status.code(), Some(0));
}

#[test]
fn no_other_signal_ends_or_stops_it() {
    if EmulatorLimit::OwnSignals.applies() || EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    let mut process = PodProcess::outside(command(&["-P"]));
    process.until_it_waits();
    for number in (1..=64).filter(|number| ![libc::SIGKILL, libc::SIGSTOP].contains(number)) {
        if !SHUTDOWN.iter().any(|signal| *signal as i32 == number) {
            process.signal(number);
        }
    }
    assert_exits_silently(process, Signal::SIGTERM);
}

#[test]
fn it_keeps_no_directory_and_no_inherited_descriptor_in_use() {
    let mut init = command(&["-P"]);
    init.current_dir("/proc");
    let files = Arc::new(vec![OwnedFd::from(File::open("/dev/zero").expect("every machine has it"))]);
    let mut pod = Pod::start_after(init, put(&files));
    pod.init().until_it_waits();
    assert_in_root(pod.pid());
    let inherited: Vec<_> = of(pod.init().pid()).into_iter().filter(|(_, file)| file.ends_with("dev/zero")).collect();
    assert_eq!(inherited, []);
}

#[test]
fn it_leaves_its_directory_even_if_it_cannot_close_descriptors() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let mut init = command(&["-P"]);
    init.current_dir("/proc");
    let filter = refuse(&[libc::SYS_close_range, libc::SYS_openat], Errno::EPERM);
    let mut pod = Pod::start_after(init, move || apply(&filter));
    pod.init().until_it_waits();
    assert_in_root(pod.pid());
}

#[test]
fn every_spelling_pauses_and_the_words_after_it_are_ignored() {
    for arguments in [&["-P"][..], &["--pause"], &["-gP"], &["-v", "-P"], &["-P", "false"], &["-P", "--", "-x"]] {
        assert_exits_silently(Pod::start(command(arguments)).into_init(), Signal::SIGTERM);
    }
    let mut by_variable = command(&["--", "false"]);
    by_variable.env("INIT_OPTIONS", "-P");
    assert_exits_silently(Pod::start(by_variable).into_init(), Signal::SIGTERM);
}

#[test]
fn control_without_the_option_it_exits_with_1() {
    assert_eq!(run(&["-g"]).status.code(), Some(1));
}
