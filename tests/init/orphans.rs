//! Orphans are adopted and reaped, as process 1 and as a subreaper, starved or not.

use crate::run::{Told, piped, probe_child, text};
use nix::sys::signal::Signal;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use testkit::container::{container, end, until_alone};
use testkit::platform::EmulatorLimit;
use testkit::process_table::{rows, zombies};
use testkit::programs::{init, orphan_maker, pause};
use testkit::shim::forbid_fork;
use testkit::starvation::{Load, starve};
use testkit::{Pod, until};

/// A pod whose program does nothing, and has said that it is ready.
fn idle(options: &[&str]) -> Pod {
    let mut pod = Pod::start(piped(&[options, &["--", probe_child(), "signals"]].concat()));
    Told::by(pod.init());
    pod
}

/// Waits until process 1 and its program are alone.
#[track_caller]
fn until_only_the_program_is_left(pod: &Pod) {
    until("process 1 and its program are alone", || rows(pod).len() == 2);
}

#[test]
fn orphans_leave_no_zombie() {
    for how in [&["one-by-one", "100"][..], &["dead"], &["together", "500"], &["chain", "100"], &["signal", "34"]] {
        let pod = idle(&[]);
        end(container(&pod, how));
        until_only_the_program_is_left(&pod);
    }
    // The control: a program that reaps nobody, as process 1.
    let control = Pod::start({
        let mut program = Command::new(probe_child());
        program.arg("signals").stdout(Stdio::null());
        program
    });
    end(container(&control, &["together", "50"]));
    testkit::container::until_zombies(&control, 50);
}

#[test]
fn zombies_from_before_it_began_are_reaped() {
    let pod = Pod::start_after(piped(&["--", probe_child(), "signals"]), || {
        testkit::shim::dead_children(&[libc::SIGCHLD, libc::SIGUSR1, 0])
    });
    until_only_the_program_is_left(&pod);
}

#[test]
fn a_warning_for_every_one_if_it_is_asked_for() {
    let mut pod = idle(&["-w"]);
    end(container(&pod, &["together", "20"]));
    until_only_the_program_is_left(&pod);
    pod.init().until_it_waits(); // it says of each that it was reaped, after that
    let mut stderr = pod.init().streams().stderr.take().expect("it has a pipe");
    drop(pod);
    let mut said = String::new();
    std::io::Read::read_to_string(&mut stderr, &mut said).expect("a pipe can be read");
    let lines = said.lines().filter(|line| line.starts_with("init: Reaped zombie process with pid=")).count();
    assert_eq!(lines, 20, "{said}");
}

#[test]
fn starved_it_reaps_in_the_end() {
    let pod = idle(&[]);
    let load = Load::start();
    starve(pod.pid(), None).expect("it may be starved");
    for _ in 0..3 {
        assert_eq!(end(container(&pod, &["one-by-one", "100"])), "failed forks: 0\n");
    }
    until_only_the_program_is_left(&pod);
    drop(load);
}

/// In a pod of another process 1, `init` with a program that leaves ten orphans, and then goes on living. How many
/// of them it adopted, and how many children it has when they have ended.
fn beside_process_1(options: &[&str], variable: Option<&str>) -> (usize, usize) {
    let pod = Pod::with(pause());
    const ORPHANS: &str = "exec 3<&0; for i in 1 2 3 4 5 6 7 8 9 10; do (cat <&3 &); done; echo 0; exec sleep 1000";
    let mut program = piped(&[options, &["sh", "-c", ORPHANS]].concat());
    program.stdin(Stdio::piped());
    if let Some(variable) = variable {
        program.env(variable, "");
    }
    let mut member = pod.join(program);
    let stdout = member.streams().stdout.take().expect("it has a pipe");
    let mut lines = BufReader::new(stdout).lines();
    assert!(lines.any(|line| line.is_ok_and(|line| line == "0")), "the orphans are made");
    let init = rows(&pod).into_iter().find(|row| row.ppid == 0 && row.pid != 1).expect("it is there").pid;
    let children = || rows(&pod).iter().filter(|row| row.ppid == init).count();
    let adopted = children() - 1;
    drop(member.streams().stdin.take()); // they end
    until("all of them have ended", || rows(&pod).iter().all(|row| row.command != "cat" || row.state == 'Z'));
    until("all of them are reaped", || zombies(&pod).is_empty() && children() == 1);
    (adopted, children())
}

#[test]
fn a_subreaper_adopts_without_being_process_1() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    assert_eq!(beside_process_1(&["-s"], None), (10, 1));
    assert_eq!(beside_process_1(&[], Some("TINI_SUBREAPER")), (10, 1));
    assert_eq!(beside_process_1(&[], None), (0, 1), "the control adopts nobody");
}

#[test]
fn it_hears_of_its_parents_death() {
    for (options, expected) in
        [("-p USR1", Some(libc::SIGUSR1)), ("-pSIGINT", Some(libc::SIGINT)), ("-p 34", Some(34)), ("", None)]
    {
        if expected.is_some_and(|signal| signal >= 32) && EmulatorLimit::OwnSignals.applies() {
            continue;
        }
        // A shell between us, which ends when it is told to.
        let pod = Pod::with(pause());
        let init = format!("{:?}", init()).replace('"', "");
        let script = format!("TINI_VERBOSITY=0 {init} {options} -- {} signals & read line; kill -9 $$", probe_child());
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = pod.join(shell);
        let mut told = Told::by(&mut shell);
        drop(shell.streams().stdin.take());
        until("the shell has killed itself", || shell.status().is_some());
        let adopted = rows(&pod).into_iter().find(|row| row.ppid == 1 && row.state != 'Z').expect("init lives on");
        let mut kill = Command::new("sh");
        kill.args(["-c", r#"kill -USR2 "$0""#, &adopted.pid.to_string()]);
        assert!(pod.join(kill).wait().status.success());
        if let Some(signal) = expected {
            assert_eq!(told.next(), Some(signal));
        }
        assert_eq!(told.next(), Some(libc::SIGUSR2), "nothing else came before");
    }
}

#[test]
fn nobody_who_reads_its_messages_can_hold_it_up() {
    for reader in ["closed", "full", "broken"] {
        let mut program = piped(&["-vv", "-w", "--", probe_child(), "signals"]);
        let (stderr_reader, writer) = std::io::pipe().expect("a pipe");
        match reader {
            "full" => {
                let descriptor = &writer;
                nix::fcntl::fcntl(descriptor, nix::fcntl::FcntlArg::F_SETPIPE_SZ(4096)).expect("a small pipe");
                std::io::Write::write_all(&mut &*descriptor, &[b'x'; 4096]).expect("it has room for that");
            }
            "broken" => {}
            _ => {}
        }
        program.stderr(writer);
        let keep = (reader == "full").then_some(stderr_reader);
        let mut pod = Pod::start_after(program, move || {
            if reader == "closed" {
                nix::unistd::close(2)?;
            }
            Ok(())
        });
        let mut told = Told::by(pod.init());
        end(container(&pod, &["together", "20"]));
        for _ in 0..20 {
            pod.signal(Signal::SIGUSR1);
            assert_eq!(told.next(), Some(libc::SIGUSR1), "{reader}");
        }
        until_only_the_program_is_left(&pod);
        drop(keep);
    }
}

#[test]
fn without_a_process_to_be_had_it_says_so() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let group = match testkit::cgroup::Cgroup::new() {
        Ok(group) => group,
        // Then another means: the limit of an ordinary user.
        Err(_) => return fails_to_fork(Pod::start_after(piped(&["true"]), forbid_fork())),
    };
    group.limit_pids(1).expect("the group has the controller");
    let entrances = group.entrances();
    let pod = Pod::start_after(piped(&["true"]), move || {
        entrances.iter().try_for_each(|entrance| std::fs::write(entrance, "0"))
    });
    fails_to_fork(pod);
}

#[track_caller]
fn fails_to_fork(pod: Pod) {
    let output = pod.wait();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), format!("init: cannot fork: error {}\n", libc::EAGAIN));
}

#[test]
fn the_careless_leave_nobody_behind_here() {
    // The control of `idle`: `pause` itself is alone in the end.
    let pod = Pod::with(testkit::programs::pause());
    let mut orphans = pod.join(orphan_maker(&["together", "5"]));
    until("it has left", || orphans.status().is_some());
    until_alone(&pod);
}
