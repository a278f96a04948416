//! The testkit itself: a pod's namespaces, the clean-up after an interrupted test, and the errors if no pod can be
//! made.

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, geteuid};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use testkit::cgroup::{Cgroup, if_permitted};
use testkit::container::{container, until_alone};
use testkit::lone_process_1::process_tree;
use testkit::pod::{HOSTNAME, has_ended};
use testkit::process_table::rows;
use testkit::programs::{orphan_maker, pause};
use testkit::refused_call::{apply, refuse};
use testkit::terminal::{Keyboard, take_control};
use testkit::{Pod, PodProcess, reexec, until};

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

fn namespace(pid: Pid, kind: &str) -> PathBuf {
    fs::read_link(format!("/proc/{pid}/ns/{kind}")).expect("the process is alive")
}

#[test]
fn a_process_that_joins_a_pod_shares_its_namespaces() {
    let pod = Pod::with(pause());
    let member = pod.join(orphan_maker(&["hog"]));
    until("the member has joined", || rows(&pod).len() == 2);
    for kind in ["pid", "mnt", "ipc", "uts", "net", "user"] {
        let of_pod = namespace(pod.pid(), kind);
        let is_new = kind != "user" || !geteuid().is_root();
        assert_eq!(of_pod != namespace(Pid::this(), kind), is_new, "{kind}: the pod has a namespace of its own");
        assert_eq!(of_pod, namespace(member.pid(), kind), "{kind}: the member shares it");
    }
}

#[test]
fn a_pod_has_its_own_proc_and_host_name() {
    let pod = Pod::with(pause());
    let mut hostname = Command::new("cat");
    hostname.arg("/proc/sys/kernel/hostname").stdout(Stdio::piped());
    assert_eq!(pod.join(hostname).wait().stdout, format!("{HOSTNAME}\n").as_bytes());
    until_alone(&pod);
    let first = &rows(&pod)[0];
    assert_eq!((first.pid, first.ppid, first.state, &*first.command), (1, 0, 'S', "pause"));
}

#[test]
fn the_shim_passes_on_the_exit_status() {
    let pod = Pod::with(pause());
    let mut shell = Command::new("sh");
    shell.args(["-c", "exit 99"]);
    assert_eq!(pod.join(shell).wait().status.code(), Some(99));
    let member = pod.join(orphan_maker(&["hog"]));
    member.signal(libc::SIGUSR1);
    assert_eq!(member.wait().status.signal(), Some(libc::SIGUSR1));
    pod.signal(Signal::SIGKILL);
    assert_eq!(pod.wait().status.signal(), Some(libc::SIGKILL));
}

#[test]
fn what_is_shown_before_a_key_is_still_matched_after_it() {
    let mut program = Command::new("echo");
    program.arg("first ^C second");
    let mut keyboard = Keyboard::of(&mut program);
    let _pod = Pod::start_after(program, take_control);
    keyboard.shows_key("^C");
    keyboard.shows("first");
    keyboard.shows("second");
}

#[test]
fn a_missing_program_is_an_error() {
    let start = || drop(Pod::start(Command::new("/is/not/there")));
    let join = || drop(Pod::with(pause()).join(Command::new("/is/not/there")));
    for panic in [catch_unwind(start), catch_unwind(join)] {
        let panic = panic.expect_err("the program is missing");
        let message = panic.downcast_ref::<String>().expect("a message");
        assert!(message.contains("cannot execute \"/is/not/there\" in the pod: No such file"), "{message}");
    }
}

#[test]
fn only_groups_of_this_pid_namespace_are_cleaned_up() {
    let Some(group) = if_permitted() else { return };
    let own = group.entrances()[0].parent().expect("its folder").to_owned();
    let name = own.file_name().and_then(|name| name.to_str()).expect("a plain name");
    let (prefix, _) = name.split_once(&format!("-{}-", Pid::this())).expect("the name has the process ID");
    let (prefix, namespace) = prefix.rsplit_once('-').expect("before it the name has the PID namespace");
    let mut gone = Command::new("true").spawn().expect("it is everywhere");
    gone.wait().expect("our child");
    let pod = Pod::with(pause());
    let other = fs::metadata(format!("/proc/{}/ns/pid", pod.pid())).expect("the pod is alive").ino().to_string();
    let [of_this, of_other] =
        [namespace, &other].map(|of| own.with_file_name(format!("{prefix}-{of}-{}-0", gone.id())));
    for folder in [&of_this, &of_other] {
        fs::create_dir(folder).expect("a group can be created");
    }
    drop(Cgroup::new());
    let is_there = [of_this.exists(), of_other.exists()];
    fs::remove_dir(&of_other).expect("the group of another namespace is still there");
    assert_eq!(is_there, [false, true], "in the control, the group of a process of this namespace is removed");
}

/// Not a test: waits to be interrupted, with a pod, orphans and a control group.
#[test]
#[ignore = "run by another test, as a process of its own"]
fn helper_that_is_interrupted() {
    let pod = Pod::with(pause());
    let _orphans = container(&pod, &["together", "20"]);
    until("20 orphans are adopted", || rows(&pod).iter().filter(|row| row.ppid == 1).count() >= 20);
    let group = Cgroup::new().and_then(|group| group.add(pod.pid()).map(|()| group)).ok();
    let folder = group.as_ref().map(|group| group.entrances()[0].parent().unwrap().to_owned());
    println!("\nready {} {}", pod.pid(), folder.unwrap_or("/none".into()).display());
    loop {
        std::thread::park();
    }
}

/// Ends that helper by a signal. Returns the processes of its pod, and its control group.
fn interrupt_helper(signal: Signal) -> (Vec<Pid>, PathBuf) {
    let mut helper = reexec::for_test("helper_that_is_interrupted");
    helper.stdout(Stdio::piped());
    let mut helper = PodProcess::outside(helper);
    let lines = BufReader::new(helper.streams().stdout.as_mut().expect("it is piped")).lines();
    let ready = lines.map_while(Result::ok).find(|line| line.starts_with("ready ")).expect("the helper is ready");
    let [_, init, group] = ready.split(' ').collect::<Vec<_>>()[..] else { panic!("{ready}") };
    let processes = process_tree(Pid::from_raw(init.parse().expect("a process ID")));
    helper.signal(signal as i32);
    assert_eq!(helper.wait().status.signal(), Some(signal as i32));
    (processes, group.into())
}

#[test]
fn an_interrupted_test_leaves_no_process_and_no_control_group() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGKILL] {
        let (processes, group) = interrupt_helper(signal);
        assert!(processes.len() > 20, "{processes:?}");
        until("all processes have ended", || processes.iter().all(|&pid| has_ended(pid)));
        if signal == Signal::SIGKILL {
            drop(Cgroup::new()); // the next process that creates a group removes those of a killed one
        }
        assert!(!group.exists(), "{} is left after {signal}", group.display());
    }
}

/// Not a test: starts a pod although it may create no namespace.
#[test]
#[ignore = "run by another test, as a process of its own"]
fn helper_that_starts_a_pod() {
    Pod::start(pause());
}

#[test]
fn without_permission_for_a_pod_tests_fail_and_say_what_to_enable() {
    for (call, message) in [
        (libc::SYS_unshare, "this user may not create the pod's namespaces: Operation not permitted (os error 1)"),
        (libc::SYS_mount, "cannot mount the pod's /proc: Operation not permitted (os error 1)"),
    ] {
        let filter = refuse(&[call], Errno::EPERM);
        let mut helper = reexec::for_test("helper_that_starts_a_pod");
        helper.stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = PodProcess::outside_after(helper, move || apply(&filter)).wait();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(stderr.contains(message) && stderr.contains("sysctl -w user.max_user_namespaces"), "{stderr}");
    }
}
