//! The program is given what `init` was given: settings of the process, its limits, and what a fork would lose.

use crate::print_inherited::{PAIRS, given};
use crate::run::{Told, piped, probe_child};
use nix::unistd::Pid;
use std::io;
use std::process::Command;
use std::thread::available_parallelism;
use testkit::platform::EmulatorLimit;
use testkit::pod::send;
use testkit::process_table::rows;
use testkit::programs::pause;
use testkit::settings::{Setting, no_parent_death_signal, one_processor, settings};
use testkit::{Pod, until};

#[test]
fn every_setting_reaches_the_program_as_without_init() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for (with, without) in PAIRS {
        let given_after =
            |situation, make: fn() -> io::Result<()>| given(situation, false, &["A=1", "B=", "A=2"], make).text;
        let untouched = given_after(without, || Ok(()));
        assert_eq!(given_after(with, || Ok(())), untouched, "{with:?}");
        for Setting { name, make, outlives_execution } in settings() {
            let expected = given_after(without, make);
            assert_eq!(expected != untouched, outlives_execution, "{name}, {without:?}: the control\n{expected}");
            assert_eq!(given_after(with, make), expected, "{name}, {with:?}");
        }
    }
}

#[test]
fn the_processors_that_may_be_used_reach_the_program() {
    if EmulatorLimit::OwnProcess.applies() || available_parallelism().is_ok_and(|count| count.get() == 1) {
        return;
    }
    for (with, without) in PAIRS {
        let expected = given(without, false, &[], one_processor).text;
        assert_ne!(expected, given(without, false, &[], || Ok(())).text, "the control");
        assert_eq!(given(with, false, &[], one_processor).text, expected, "{with:?}");
    }
}

#[test]
fn the_death_of_its_parent_ends_the_program_with_init() {
    if EmulatorLimit::OwnSignals.applies() {
        return;
    }
    // A pod kills each of its processes when the shim, its parent, is killed.
    for is_handed_down in [true, false] {
        let pod = Pod::with(pause());
        let mut init = pod.join_after(piped(&["--", probe_child(), "signals"]), move || match is_handed_down {
            true => Ok(()),
            false => no_parent_death_signal(),
        });
        let mut told = Told::by(&mut init);
        let pid = rows(&pod).into_iter().find(|row| row.command == "probe-child").expect("it has begun").ppid;
        let shim = Pid::from_raw(init.streams().id().cast_signed());
        send(shim, libc::SIGKILL).expect("it lives");
        until("the shim has ended", || init.status().is_some());
        if is_handed_down {
            until("nobody is left but process 1", || rows(&pod).len() == 1);
        } else {
            let mut shell = Command::new("sh");
            shell.args(["-c", r#"kill -USR1 "$0""#, &pid.to_string()]);
            assert!(pod.join(shell).wait().status.success(), "the control: init lives on");
            assert_eq!(told.next(), Some(libc::SIGUSR1), "and so does the program");
        }
    }
}

#[test]
fn a_parent_death_signal_that_was_asked_for_is_handed_down_too() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let pod = Pod::with(pause());
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("given");
    let given = testkit::programs::path("print-inherited");
    let mut command = piped(&["-s", "-p", "USR2", "--", given.to_str().expect("it is text")]);
    command.arg(&file);
    assert!(pod.join(command).wait().status.success());
    let text = std::fs::read_to_string(&file).expect("it was written");
    assert!(text.contains(&format!("\nparent-death signal {}\n", libc::SIGUSR2)), "{text}");
}
