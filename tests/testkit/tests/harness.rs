//! The sandbox itself: what it makes, what it leaves, and what it says where it cannot be made.

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use testkit::cgroup::Cgroup;
use testkit::pod::{HOSTNAME, has_ended};
use testkit::process_table::rows;
use testkit::programs::{orphan_maker, pause};
use testkit::refused_call::{apply, refuse};
use testkit::{Pod, PodProcess, reexec, until};

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

fn namespace(pid: Pid, kind: &str) -> PathBuf {
    fs::read_link(format!("/proc/{pid}/ns/{kind}")).expect("it lives")
}

#[test]
fn a_pod_has_namespaces_of_its_own_and_whoever_joins_shares_them() {
    let pod = Pod::with(pause());
    let member = pod.join(orphan_maker(&["hog"]));
    let me = Pid::this();
    until("the member is in", || rows(&pod).len() == 2);
    for kind in ["pid", "mnt", "ipc", "uts", "net", "user"] {
        let of_pod = namespace(pod.pid(), kind);
        let has_its_own = kind != "user" || !nix::unistd::geteuid().is_root();
        assert_eq!(of_pod != namespace(me, kind), has_its_own, "{kind}");
        assert_eq!(of_pod, namespace(member.pid(), kind), "{kind}");
    }
}

#[test]
fn a_pod_has_a_proc_and_a_name_of_its_own() {
    let pod = Pod::with(pause());
    let mut hostname = Command::new("cat");
    hostname.arg("/proc/sys/kernel/hostname").stdout(Stdio::piped());
    assert_eq!(pod.join(hostname).wait().stdout, format!("{HOSTNAME}\n").as_bytes());
    until("only process 1 is left", || rows(&pod).len() == 1);
    let first = &rows(&pod)[0];
    assert_eq!((first.pid, first.ppid, first.state, &*first.command), (1, 0, 'S', "pause"));
}

#[test]
fn a_status_is_passed_on() {
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
fn a_program_that_is_not_there_is_an_error() {
    let start = || Pod::start(Command::new("/is/not/there"));
    let panic = std::panic::catch_unwind(start).err().expect("it cannot be started");
    let said = panic.downcast_ref::<String>().expect("a sentence");
    assert!(said.contains("the program of the pod cannot be started: No such file"), "{said}");
}

/// Not a test: a test that is interrupted while it has a pod, a control group, and somebody in it.
#[test]
#[ignore = "run by other tests, as a process of its own"]
fn helper_that_is_interrupted() {
    let pod = Pod::with(pause());
    let _orphans = pod.join({
        let mut program = orphan_maker(&["together", "20"]);
        program.stdin(Stdio::piped());
        program
    });
    until("all of them are adopted", || rows(&pod).iter().filter(|row| row.ppid == 1).count() >= 20);
    let group = Cgroup::new().and_then(|group| group.add(pod.pid()).map(|()| group)).ok();
    let folder = group.as_ref().map(|group| group.entrances()[0].parent().unwrap().to_owned());
    println!("\nready {} {}", pod.pid(), folder.unwrap_or("/none".into()).display());
    loop {
        std::thread::park();
    }
}

/// Ends that helper with a signal, and returns the pod's processes and the control group that it had.
fn interrupt_helper(signal: Signal) -> (Vec<Pid>, PathBuf) {
    let mut helper = reexec::for_test("helper_that_is_interrupted");
    helper.stdout(Stdio::piped());
    let mut helper = PodProcess::outside(helper);
    let lines = BufReader::new(helper.streams().stdout.as_mut().expect("it is piped")).lines();
    let ready = lines.map_while(Result::ok).find(|line| line.starts_with("ready ")).expect("it gets ready");
    let [_, init, group] = ready.split(' ').collect::<Vec<_>>()[..] else { panic!("{ready}") };
    let group = PathBuf::from(group);

    let children = fs::read_to_string(format!("/proc/{init}/task/{init}/children")).expect("it lives");
    let everybody = children.split_whitespace().chain([init]).map(|pid| Pid::from_raw(pid.parse().unwrap())).collect();
    helper.signal(signal as i32);
    assert_eq!(helper.wait().status.signal(), Some(signal as i32));
    (everybody, group)
}

#[test]
fn nothing_is_left_of_a_test_that_is_interrupted() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGKILL] {
        let (everybody, group) = interrupt_helper(signal);
        assert!(everybody.len() > 20, "{everybody:?}");
        until("everybody is gone", || everybody.iter().all(|&pid| has_ended(pid)));
        if signal == Signal::SIGKILL {
            drop(Cgroup::new()); // nobody could remove the group; whoever makes the next one does
        }
        assert!(!group.exists(), "{} is left after {signal}", group.display());
    }
}

/// Not a test: somebody who may make no namespaces makes a pod.
#[test]
#[ignore = "run by another test, as a process of its own"]
fn helper_that_starts_a_pod() {
    Pod::start(pause());
}

#[test]
fn where_no_pod_can_be_made_the_tests_fail_and_say_what_to_enable() {
    for (call, sentence) in [
        (libc::SYS_unshare, "this user may not make the namespaces of a pod: Operation not permitted (os error 1)"),
        (libc::SYS_mount, "a pod cannot be given its own /proc: Operation not permitted (os error 1)"),
    ] {
        let filter = refuse(&[call], Errno::EPERM);
        let mut helper = reexec::for_test("helper_that_starts_a_pod");
        helper.stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = PodProcess::outside_after(helper, move || apply(&filter)).wait();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(said.contains(sentence) && said.contains("sysctl -w user.max_user_namespaces"), "{said}");
    }
}
