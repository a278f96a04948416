//! The program inherits the attributes of `init`: signal mask, limits, scheduling, the parent-death signal, and more.

use super::program::{inherited, pairs};
use crate::run::{SignalLog, command, kill_in, probe_child};
use nix::unistd::Pid;
use std::fs;
use std::io;
use std::thread::available_parallelism;
use testkit::platform::EmulatorLimit;
use testkit::pod::send;
use testkit::process_table::rows;
use testkit::programs::{path, pause};
use testkit::recorded_calls::in_order;
use testkit::settings::{Setting, no_parent_death_signal, one_processor, settings};
use testkit::{Pod, until};

#[test]
fn the_program_inherits_every_setting_as_without_init() {
    let has_several_cpus = available_parallelism().is_ok_and(|count| count.get() > 1);
    let affinity = || Setting { name: "CPU affinity", make: one_processor, outlives_execution: true };
    for &(with, without) in pairs() {
        let inherited_after =
            |scenario, make: fn() -> io::Result<()>| inherited(scenario, false, &["A=1", "B=", "A=2"], make).text;
        let unchanged = inherited_after(without, || Ok(()));
        assert_eq!(inherited_after(with, || Ok(())), unchanged, "{with:?}");
        for Setting { name, make, outlives_execution } in settings().into_iter().chain(has_several_cpus.then(affinity))
        {
            let expected = inherited_after(without, make);
            assert_eq!(expected != unchanged, outlives_execution, "the control: {name}, {without:?}\n{expected}");
            assert_eq!(inherited_after(with, make), expected, "{name}, {with:?}");
        }
    }
}

/// Otherwise a signal that the program ignores could stop or end the child before.
#[test]
fn the_signal_mask_is_restored_last() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let numbers = [libc::SYS_rt_sigaction, libc::SYS_rt_sigprocmask, libc::SYS_execve];
    let (install, calls) = in_order(&numbers).expect("a pair of sockets");
    let pod = Pod::start_after(command(&["/bin/true"]), move || install.install());
    let init = pod.pid();
    assert_eq!(pod.wait().status.code(), Some(0));
    let calls = calls.finish().expect("the kernel reports calls");
    let of_child = calls.iter().filter(|call| call.pid != init.as_raw() as u32).map(|call| call.number);
    let before = of_child.take_while(|number| *number != libc::SYS_execve).collect::<Vec<_>>();
    assert_eq!(before, [libc::SYS_rt_sigaction, libc::SYS_rt_sigaction, libc::SYS_rt_sigprocmask]);
}

#[test]
fn an_inherited_parent_death_signal_ends_the_program_when_init_ends() {
    if EmulatorLimit::OwnSignals.applies() {
        return;
    }
    // The parent of init is the shim. Every process of a pod has SIGKILL as its parent-death signal.
    for is_inherited in [true, false] {
        let pod = Pod::with(pause());
        let mut init = pod.join_after(command(&["--", probe_child(), "signals"]), move || {
            if is_inherited { Ok(()) } else { no_parent_death_signal() }
        });
        let mut log = SignalLog::of(&mut init);
        let probe = rows(&pod).into_iter().find(|row| row.command == "probe-child").expect("the program is alive");
        let shim = Pid::from_raw(init.streams().id().cast_signed());
        send(shim, libc::SIGKILL).expect("the shim is alive");
        until("the shim has ended", || init.status().is_some());
        if is_inherited {
            until("only process 1 is left", || rows(&pod).len() == 1);
        } else {
            // The control: init is alive, and forwards the signal to the program.
            kill_in(&pod, "USR1", &probe.ppid.to_string());
            assert_eq!(log.next(), Some(libc::SIGUSR1));
        }
    }
}

#[test]
fn the_program_inherits_the_parent_death_signal_that_p_sets() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGUSR2, 64] {
        let pod = Pod::with(pause());
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("inherited");
        let mut command = command(&["-s", "-p", &signal.to_string(), "--"]);
        command.arg(path("print-inherited")).arg(&file);
        assert!(pod.join(command).wait().status.success());
        let text = fs::read_to_string(&file).expect("the program has written the file");
        assert!(text.contains(&format!("\nparent-death signal {signal}\n")), "{signal}: {text}");
    }
}
