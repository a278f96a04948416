//! `init` adopts and reaps orphans, as process 1 and as a subreaper, also when it is starved of CPU.

use crate::run::{SignalLog, command, kill_in, probe_child, start_probe, text};
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::Signal;
use nix::unistd::close;
use std::fs;
use std::io::{Read, Write, pipe};
use std::process::{Command, Stdio};
use testkit::cgroup::Cgroup;
use testkit::container::{container, end, until_zombies};
use testkit::platform::EmulatorLimit;
use testkit::process_table::{rows, zombies};
use testkit::programs::{init, pause};
use testkit::shim::{dead_children, forbid_fork};
use testkit::starvation::{Load, starve};
use testkit::{Pod, until};

/// Waits until process 1 and its program are alone.
#[track_caller]
fn until_only_the_program_is_left(pod: &Pod) {
    until("process 1 and its program are alone", || rows(pod).len() == 2);
}

#[test]
fn orphans_leave_no_zombie() {
    for how in [&["one-by-one", "100"][..], &["dead"], &["together", "500"], &["chain", "100"], &["signal", "34"]] {
        let (pod, _log) = start_probe(&[]);
        end(container(&pod, how));
        until_only_the_program_is_left(&pod);
    }
    // The control: the probe child itself is process 1, which never reaps.
    let mut never_reaps = Command::new(probe_child());
    never_reaps.arg("signals").stdout(Stdio::null());
    let control = Pod::start(never_reaps);
    end(container(&control, &["together", "50"]));
    until_zombies(&control, 50);
}

#[test]
fn init_reaps_zombies_that_it_inherits_when_it_starts() {
    let pod = Pod::start_after(command(&["--", probe_child(), "signals"]), || {
        dead_children(&[libc::SIGCHLD, libc::SIGUSR1, 0])
    });
    until_only_the_program_is_left(&pod);
}

#[test]
fn w_warns_of_every_reaped_orphan() {
    let (mut pod, _log) = start_probe(&["-w"]);
    end(container(&pod, &["together", "20"]));
    until_only_the_program_is_left(&pod);
    pod.init().until_it_waits(); // it writes the last warning after it has reaped the last orphan
    let mut stderr = pod.init().streams().stderr.take().expect("standard error is a pipe");
    drop(pod);
    let mut messages = String::new();
    stderr.read_to_string(&mut messages).expect("a pipe can be read");
    let count = messages.lines().filter(|line| line.starts_with("init: Reaped zombie process with pid=")).count();
    assert_eq!(count, 20, "{messages}");
}

#[test]
fn init_reaps_while_it_is_starved_of_cpu() {
    let (pod, _log) = start_probe(&[]);
    let load = Load::start();
    starve(pod.pid(), None).expect("the scheduling policy can be lowered");
    for _ in 0..3 {
        assert_eq!(end(container(&pod, &["one-by-one", "100"])), "failed forks: 0\n");
    }
    until_only_the_program_is_left(&pod);
    drop(load);
}

/// Runs `init` beside another process 1, with a program that abandons ten children. Returns how many of them `init`
/// adopts.
fn adopted_beside_process_1(options: &[&str], variable: Option<&str>) -> usize {
    let pod = Pod::with(pause());
    const SCRIPT: &str = "exec 3<&0; for i in 1 2 3 4 5 6 7 8 9 10; do (cat <&3 &); done; echo 0; exec sleep 1000";
    let mut command = command(&[options, &["sh", "-c", SCRIPT]].concat());
    command.stdin(Stdio::piped()).envs(variable.map(|variable| (variable, "")));
    let mut process = pod.join(command);
    SignalLog::of(&mut process);
    let init = rows(&pod).into_iter().find(|row| row.ppid == 0 && row.pid != 1).expect("init is alive").pid;
    let children = || rows(&pod).iter().filter(|row| row.ppid == init).count();
    let adopted = children() - 1; // without the program
    drop(process.streams().stdin.take()); // ends the orphans
    until("all orphans have ended", || rows(&pod).iter().all(|row| row.command != "cat" || row.state == 'Z'));
    until("all orphans are reaped", || zombies(&pod).is_empty() && children() == 1);
    adopted
}

#[test]
fn a_subreaper_adopts_and_reaps_without_being_process_1() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    assert_eq!(adopted_beside_process_1(&["-s"], None), 10);
    assert_eq!(adopted_beside_process_1(&[], Some("TINI_SUBREAPER")), 10);
    assert_eq!(adopted_beside_process_1(&[], None), 0, "the control adopts no orphan");
}

#[test]
fn with_p_init_forwards_the_parent_death_signal() {
    for (options, expected) in
        [("-p USR1", Some(libc::SIGUSR1)), ("-pSIGINT", Some(libc::SIGINT)), ("-p 34", Some(34)), ("", None)]
    {
        if expected.is_some_and(|signal| signal >= 32) && EmulatorLimit::OwnSignals.applies() {
            continue;
        }
        // The parent of init is a shell, which kills itself when its standard input ends.
        let pod = Pod::with(pause());
        let init = format!("{:?}", init()).replace('"', "");
        let script = format!("TINI_VERBOSITY=0 {init} {options} -- {} signals & read line; kill -9 $$", probe_child());
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = pod.join(shell);
        let mut log = SignalLog::of(&mut shell);
        drop(shell.streams().stdin.take());
        until("the shell has killed itself", || shell.status().is_some());
        let init = rows(&pod).into_iter().find(|row| row.ppid == 1 && row.state != 'Z').expect("init is alive");
        if let Some(signal) = expected {
            assert_eq!(log.next(), Some(signal));
        }
        kill_in(&pod, "USR2", &init.pid.to_string());
        assert_eq!(log.next(), Some(libc::SIGUSR2), "the next signal that the program receives");
    }
}

#[test]
fn a_reader_of_the_messages_cannot_hold_up_init() {
    for stderr in ["closed", "full", "broken"] {
        let (reader, mut writer) = pipe().expect("a pipe can be made");
        if stderr == "full" {
            fcntl(&writer, FcntlArg::F_SETPIPE_SZ(4096)).expect("a pipe can be one page");
            writer.write_all(&[b'x'; 4096]).expect("the pipe has room for a page");
        }
        let mut command = command(&["-vv", "-w", "--", probe_child(), "signals"]);
        command.stderr(writer);
        let reader = (stderr == "full").then_some(reader);
        let mut pod =
            Pod::start_after(
                command,
                move || if stderr == "closed" { Ok(close(libc::STDERR_FILENO)?) } else { Ok(()) },
            );
        let mut log = SignalLog::of(pod.init());
        end(container(&pod, &["together", "20"]));
        for _ in 0..20 {
            pod.signal(Signal::SIGUSR1);
            assert_eq!(log.next(), Some(libc::SIGUSR1), "{stderr}");
        }
        until_only_the_program_is_left(&pod);
        drop(reader);
    }
}

#[test]
fn a_refused_fork_is_reported() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let group = Cgroup::new();
    let pod = match &group {
        Ok(group) => {
            group.limit_pids(1).expect("the group has the pids controller");
            let entrances = group.entrances();
            let enter = move || entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"));
            Pod::start_after(command(&["true"]), enter)
        }
        // An ordinary user can make no control group, but has a limit of processes.
        Err(_) => Pod::start_after(command(&["true"]), forbid_fork()),
    };
    let output = pod.wait();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), format!("init: cannot fork: errno {}\n", libc::EAGAIN));
}
