//! It only looks: it makes no system call that could change another process.

use crate::sandbox::Sandbox;
use std::process::{Command, Stdio};
use testkit::PodProcess;
use testkit::programs::pause;
use testkit::recorded_calls::record;

/// The calls that signal, trace, stop, move or write to another process, or connect to one.
const FORBIDDEN: [(&str, i64); 12] = [
    ("socket", nix::libc::SYS_socket),
    ("kill", nix::libc::SYS_kill),
    ("tkill", nix::libc::SYS_tkill),
    ("rt_sigqueueinfo", nix::libc::SYS_rt_sigqueueinfo),
    ("rt_tgsigqueueinfo", nix::libc::SYS_rt_tgsigqueueinfo),
    ("pidfd_open", nix::libc::SYS_pidfd_open),
    ("pidfd_send_signal", nix::libc::SYS_pidfd_send_signal),
    ("ptrace", nix::libc::SYS_ptrace),
    ("process_vm_readv", nix::libc::SYS_process_vm_readv),
    ("process_vm_writev", nix::libc::SYS_process_vm_writev),
    ("setns", nix::libc::SYS_setns),
    ("wait4", nix::libc::SYS_wait4),
];

#[test]
fn it_makes_no_call_that_could_change_another_process() {
    let sandbox = Sandbox::new(pause());
    let _running = ["sleep 1 & exec sleep 60", "sleep 1 & kill -STOP $$"].map(|script| sandbox.script(script));
    sandbox.look_until("zombies", |look| look.kinds().len() == 2);

    let program = sandbox.path("zombies");
    let (install, recording) = record(&program).expect("a pair of sockets");
    let mut command = Command::new(&program);
    command.args(["--age", "0.1"]).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let recorded = PodProcess::outside_after(command, move || install.install());
    let output = recorded.wait();
    assert!(String::from_utf8_lossy(&output.stdout).contains("is stopped by a signal"), "it has seen the zombies");
    let calls = recording.finish().expect("the kernel reports calls");
    assert!(calls.contains(&nix::libc::SYS_read), "the control: {calls:?}");
    for (name, number) in FORBIDDEN {
        assert!(!calls.contains(&number), "it calls {name}");
    }
}
