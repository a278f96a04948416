//! What goes wrong around it does not make it fail, spin, hang or lie.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::mount::{MsFlags, mount};
use nix::pty::openpty;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::unistd::close;
use procfs::process::Process;
use sandbox::cgroup::Cgroup;
use sandbox::fault::{ERRORS, apply, refuse};
use sandbox::platform::Limit;
use sandbox::programs::{careless, pause};
use sandbox::table::{rows, zombies};
use sandbox::{Member, Pod, again, until};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};

const WARNING: &str = "Warning: pause should be the first process\n";
const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// `pause`, its messages in a pipe.
fn piped() -> Command {
    let mut program = pause();
    program.stderr(Stdio::piped());
    program
}

/// Process 1 of a pod, for which the kernel refuses these calls from its first instruction on.
#[track_caller]
fn without(calls: &[libc::c_long], error: Errno) -> Pod {
    let filter = refuse(calls, error);
    Pod::start_after(piped(), move || apply(&filter))
}

#[track_caller]
fn assert_left(output: &Output, status: i32, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*stderr), (Some(status), said), "{}", output.status);
}

/// It reaps, and leaves with status 0 when it is told to.
#[track_caller]
fn assert_works(mut pod: Pod, said: &str) {
    pod.init().until_it_waits();
    assert!(pod.join(careless(&["one-by-one", "20"])).wait().status.success());
    until("it is alone", || rows(&pod).len() == 1 && zombies(&pod).is_empty());
    pod.signal(Signal::SIGTERM);
    assert_left(&pod.wait(), 0, said);
}

#[test]
fn an_ordinary_user_gets_the_same() {
    again::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn a_refused_signal_mask_ends_it_with_status_1() {
    if Limit::OwnProcess.applies() {
        return;
    }
    for error in ERRORS {
        assert_left(&without(&[libc::SYS_rt_sigprocmask], error).wait(), 1, "Error: cannot block signals\n");
    }
}

#[test]
fn a_refused_sigchld_ends_it_with_status_3() {
    for error in ERRORS {
        assert_left(&without(&[libc::SYS_rt_sigaction], error).wait(), 3, "Error: cannot set up SIGCHLD\n");
    }
}

#[test]
fn a_refused_wait_for_signals_ends_it_with_status_42_and_never_spins() {
    for error in ERRORS {
        let output = without(&[libc::SYS_rt_sigtimedwait], error).wait();
        assert_left(&output, 42, "Error: cannot wait for signals\n");
    }
}

#[test]
fn a_refused_wait4_leaves_the_reaping_to_the_kernel() {
    if Limit::KernelReaps.applies() {
        return;
    }
    for error in ERRORS {
        assert_works(without(&[libc::SYS_wait4], error), TERMINATED);
    }
}

#[test]
fn a_refused_getpid_is_worth_a_warning_only() {
    for error in ERRORS {
        assert_works(without(&[libc::SYS_getpid], error), &format!("{WARNING}{TERMINATED}"));
    }
}

#[test]
fn privileges_that_cannot_be_given_up_do_not_matter() {
    for error in ERRORS {
        for call in [libc::SYS_capset, libc::SYS_prctl] {
            assert_works(without(&[call], error), TERMINATED);
        }
    }
}

#[test]
fn refused_messages_are_dropped() {
    for error in ERRORS {
        for call in [libc::SYS_write, libc::SYS_fcntl] {
            assert_works(without(&[call], error), "");
        }
    }
}

#[test]
fn a_refused_exit_is_not_the_beginning_of_a_loop() {
    if Limit::OwnProcess.applies() {
        return;
    }
    for error in ERRORS {
        let mut pod = without(&[libc::SYS_exit_group], error);
        pod.init().until_it_waits();
        pod.signal(Signal::SIGTERM);
        let ended = pod.wait().status;
        assert!(ended.core_dumped() || ended.signal().is_some(), "an illegal instruction is the last way out: {ended}");
    }
}

#[test]
fn everything_refused_at_once_ends_it_with_the_first_fault() {
    if Limit::OwnProcess.applies() {
        return;
    }
    let all = [
        libc::SYS_rt_sigprocmask,
        libc::SYS_capset,
        libc::SYS_prctl,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigtimedwait,
        libc::SYS_wait4,
        libc::SYS_getpid,
        libc::SYS_write,
        libc::SYS_fcntl,
    ];
    assert_left(&without(&all, Errno::EPERM).wait(), 1, "");
}

/// It leaves with status 0 although its standard error is this, as process 1 and as an ordinary process.
#[track_caller]
fn assert_leaves_with_stderr(mut stderr: impl FnMut() -> Stdio) {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut program = pause();
        program.stdin(Stdio::null()).stdout(stderr()).stderr(stderr());
        let pod = Pod::with(program);
        pod.signal(signal);
        assert_left(&pod.wait(), 0, "");

        let mut program = pause();
        program.stdin(Stdio::null()).stdout(stderr()).stderr(stderr());
        let mut ordinary = Member::outside(program);
        ordinary.until_it_waits(); // its warning did not hold it up either
        ordinary.signal(signal as i32);
        assert_left(&ordinary.wait(), 0, "");
    }
}

#[test]
fn closed_standard_streams_do_not_matter() {
    let close_all = || (0..=2).try_for_each(|stream| Ok(close(stream)?));
    let mut pod = Pod::start_after(pause(), close_all);
    pod.init().until_it_waits();
    assert_works(pod, "");

    let mut ordinary = Member::outside_after(pause(), close_all);
    ordinary.until_it_waits();
    ordinary.signal(libc::SIGTERM);
    assert_left(&ordinary.wait(), 0, "");
}

#[test]
fn a_broken_pipe_does_not_matter() {
    assert_leaves_with_stderr(|| io::pipe().expect("a pipe").1.into());
}

#[test]
fn a_full_disk_does_not_matter() {
    assert_leaves_with_stderr(|| File::options().write(true).open("/dev/full").expect("/dev/full is there").into());
}

#[test]
fn a_stream_that_cannot_be_written_to_does_not_matter() {
    assert_leaves_with_stderr(|| File::open("/").expect("there is a root").into());
}

/// Fills what goes through `end` until nothing more fits in, and leaves it blocking.
fn fill(end: impl Into<OwnedFd>) -> File {
    let end = File::from(end.into());
    fcntl(&end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("it is open");
    while (&end).write(b"x").is_ok() {}
    fcntl(&end, FcntlArg::F_SETFL(OFlag::empty())).expect("it is open");
    end
}

#[test]
fn a_pipe_that_nobody_reads_does_not_matter() {
    let (_reader, writer) = io::pipe().expect("a pipe");
    let full = fill(writer);
    assert_leaves_with_stderr(|| full.try_clone().expect("a descriptor").into());

    // The control: whoever writes to it hangs.
    let mut shell = Command::new("sh");
    shell.args(["-c", "echo hangs >&2"]).stderr(full.try_clone().expect("a descriptor"));
    let mut shell = Member::outside(shell);
    until("the write of somebody else hangs", || {
        let call = fs::read_to_string(format!("/proc/{}/syscall", shell.pid())).unwrap_or_default();
        call.starts_with(&format!("{} ", libc::SYS_write))
    });
    assert_eq!(shell.status(), None);
}

#[test]
fn a_socket_that_nobody_reads_does_not_matter() {
    let (ours, _theirs) =
        socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::SOCK_CLOEXEC).expect("a pair of sockets");
    let full = fill(ours);
    assert_leaves_with_stderr(|| full.try_clone().expect("a descriptor").into());
}

/// A terminal that has room for so many bytes less than it takes, and its other side.
fn nearly_full_terminal(room: usize) -> (OwnedFd, File) {
    // Byte by byte, so that there is no doubt how many fit in, and without waiting.
    let write = |most: usize| {
        let pty = openpty(None, None).expect("there are terminals");
        let terminal = File::from(pty.slave);
        fcntl(&terminal, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("it is open");
        let written = (0..most).take_while(|_| (&terminal).write(b"x").is_ok()).count();
        fcntl(&terminal, FcntlArg::F_SETFL(OFlag::empty())).expect("it is open");
        (written, pty.master, terminal)
    };
    let (capacity, ..) = write(usize::MAX);
    let (_, reader, terminal) = write(capacity - room);
    (reader, terminal)
}

#[test]
fn a_terminal_that_nobody_reads_does_not_matter() {
    for room in (0..48).chain([80, 81, 82, 83]) {
        let (_reader, terminal) = nearly_full_terminal(room);
        let mut program = pause();
        program.stderr(terminal.try_clone().expect("a descriptor"));
        let mut ordinary = Member::outside(program);
        ordinary.until_it_waits();
        ordinary.signal(libc::SIGTERM);
        assert_left(&ordinary.wait(), 0, "");
        let flags = fcntl(&terminal, FcntlArg::F_GETFL).expect("it is open");
        assert_eq!(flags & libc::O_NONBLOCK, 0, "others who have it open wait as before");
    }
}

#[test]
fn a_stream_that_does_not_wait_is_left_like_that() {
    let (_reader, writer) = io::pipe().expect("a pipe");
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("it is open");
    let mut program = pause();
    program.stderr(writer.try_clone().expect("a descriptor"));
    let pod = Pod::with(program);
    pod.signal(Signal::SIGTERM);
    assert_left(&pod.wait(), 0, "");
    assert_ne!(fcntl(&writer, FcntlArg::F_GETFL).expect("it is open") & libc::O_NONBLOCK, 0);
}

#[test]
fn a_read_only_root_does_not_matter() {
    let mut pod = Pod::start_after(piped(), || {
        let nothing = None::<&str>;
        let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
        Ok(mount(nothing, "/", nothing, flags, nothing)?)
    });
    pod.init().until_it_waits();
    let mounts = Process::new(pod.pid().as_raw()).and_then(|process| process.mountinfo()).expect("it lives");
    let root = mounts.iter().rfind(|mount| mount.mount_point.as_os_str() == "/").expect("there is a root");
    assert!(root.mount_options.contains_key("ro"), "{root:?}");
    assert_works(pod, TERMINATED);
}

/// A group of the test's own, or the reason why there is none.
fn group() -> Option<Cgroup> {
    Cgroup::new()
        .inspect_err(|reason| _ = writeln!(io::stderr(), "no control group here, so resource limits alone: {reason}"))
        .ok()
}

/// Process 1 of a pod, in `group` before it is executed, and after `last_step`.
#[track_caller]
fn start_in(group: Option<&Cgroup>, last_step: impl Fn() -> nix::Result<()> + Send + Sync + 'static) -> Pod {
    let entrances = group.map(Cgroup::entrances).unwrap_or_default();
    let mut program = piped();
    program.env_clear(); // it takes room on the stack, and that of whoever runs the tests is of any size
    Pod::start_after(program, move || {
        entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"))?;
        Ok(last_step()?)
    })
}

#[test]
fn one_process_is_all_it_needs() {
    if Limit::OwnProcess.applies() {
        return;
    }
    let group = group();
    if let Some(group) = &group {
        group.limit_pids(1).expect("the group has the controller");
    }
    let mut pod = start_in(group.as_ref(), || setrlimit(Resource::RLIMIT_NPROC, 1, 1));
    pod.init().until_it_waits();
    if let Some(group) = &group {
        // The control: whoever needs another process does not get it.
        let entrances = group.entrances();
        let mut orphans = careless(&["one-by-one", "1"]);
        orphans.stdout(Stdio::piped());
        let enter = move || entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"));
        assert_eq!(pod.join_after(orphans, enter).wait().stdout, b"failed forks: 1\n");
    }
    pod.signal(Signal::SIGTERM);
    assert_left(&pod.wait(), 0, TERMINATED);
}

#[test]
fn next_to_no_memory_is_all_it_needs() {
    if Limit::OwnProcess.applies() {
        return;
    }
    let group = group();
    if let Some(group) = &group {
        group.limit_memory(256 << 10).expect("the group has the controller");
    }
    let mut pod = start_in(group.as_ref(), || {
        setrlimit(Resource::RLIMIT_DATA, 0, 0)?;
        setrlimit(Resource::RLIMIT_STACK, 16 << 10, 16 << 10)?;
        setrlimit(Resource::RLIMIT_AS, 512 << 10, 512 << 10)
    });
    pod.init().until_it_waits();
    assert_works(pod, TERMINATED);
}
