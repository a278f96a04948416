//! Whatever the kernel answers when `init` asks how the program has ended: `init` exits with the program's status, or with
//! 1 and a message that the status is lost.

use super::{STATUS, start_after};
use nix::errno::Errno;
use std::io;
use std::os::unix::fs::FileExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};
use testkit::Pod;
use testkit::descriptors;
use testkit::platform::kernel_remembers_status;
use testkit::refused_call::{Call, matching};
use testkit::reported_calls::{Listener, ReportedCall, report};

/// The question, with a `pidfd_info` as its third argument.
const QUESTION: Call = Call::with(libc::SYS_ioctl, 1, u32::MAX, libc::PIDFD_GET_INFO as u32);

/// An answer to the question.
#[derive(Clone, Copy, Debug)]
enum Answer {
    /// That of the kernel.
    True,
    /// It succeeds, and nothing is written.
    Nothing,
    /// It succeeds, and only these bits of `pidfd_info::mask` are written.
    Mask(u64),
    Error(Errno),
}

use Answer::{Error, Mask, Nothing, True};

const EXISTS: Answer = Mask(libc::PIDFD_INFO_PID as u64);
const GONE: Answer = Error(Errno::ESRCH);

/// What `init` does.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It exits with the program's status, and writes nothing.
    Status,
    /// It cannot tell the status, exits with 1, and writes this error.
    Lost(Errno),
}

use Outcome::{Lost, Status};

/// The answer while the program runs; the answers when it ends, in turns; the outcome.
const ROWS: [(Answer, &[Answer], Outcome); 12] = [
    (True, &[True], Status),
    // Then `init` reaps by itself, and asks no more.
    (Nothing, &[Nothing], Status),
    (Mask(0), &[Mask(0)], Status),
    (GONE, &[GONE], Status),
    (Error(Errno::ENOTTY), &[Error(Errno::ENOTTY)], Status),
    // The program was reaped during the question.
    (True, &[GONE, True], Status),
    (True, &[Mask(0), True], Status),
    // No kernel of today answers so.
    (True, &[GONE], Lost(Errno::ESRCH)),
    (True, &[Mask(0)], Lost(Errno::ESRCH)),
    (True, &[EXISTS], Lost(Errno::ECHILD)),
    (True, &[Error(Errno::EPERM)], Lost(Errno::EPERM)),
    (True, &[Error(Errno::ENOTTY)], Lost(Errno::ENOTTY)),
];

/// Answers the question until `init` has ended.
fn serve(listener: &Listener, running: Answer, ending: &[Answer], ends: &AtomicBool) -> io::Result<()> {
    let mut ending = ending.iter().cycle();
    while let Some(call) = listener.next()? {
        let answer = if ends.load(SeqCst) { *ending.next().expect("a row has answers") } else { running };
        match answer {
            True => listener.allow(&call),
            Nothing => listener.answer(&call, Ok(0)),
            Mask(bits) => {
                write_mask(&call, bits)?;
                listener.answer(&call, Ok(0));
            }
            Error(error) => listener.answer(&call, Err(error)),
        }
    }
    Ok(())
}

/// Writes the mask, which is the first member of `pidfd_info`.
fn write_mask(call: &ReportedCall, bits: u64) -> io::Result<()> {
    call.memory()?.write_all_at(&bits.to_ne_bytes(), call.arguments[2])
}

/// Gives `init` another child, which does not end.
fn add_orphan(pod: &Pod) {
    let mut shell = Command::new("sh");
    shell.args(["-c", "sleep 100 > /dev/null 2>&1 & exit 0"]);
    assert!(pod.join(shell).wait().status.success());
}

#[test]
fn no_answer_costs_the_status_in_silence() {
    if !kernel_remembers_status() {
        return; // there is no question
    }
    for ((running, ending, outcome), has_orphan) in ROWS.iter().flat_map(|row| [(row, false), (row, true)]) {
        let (running, ending) = (*running, *ending);
        let ends = Arc::new(AtomicBool::new(false));
        let filter = |_| matching(&[QUESTION], libc::SECCOMP_RET_USER_NOTIF);
        let (install, thread) = report(filter, {
            let ends = Arc::clone(&ends);
            move |listener| serve(&listener, running, ending, &ends)
        })
        .expect("a pair of sockets");
        let mut pod = start_after(&[], move || install.install());
        let keeps_descriptor = descriptors::of(pod.pid()).iter().any(|(_, target)| target.contains("pidfd"));
        assert_eq!(keeps_descriptor, matches!(running, True), "{running:?}: init asks on, and needs it for that");
        if has_orphan {
            add_orphan(&pod);
        }
        ends.store(true, SeqCst);
        drop(pod.init().streams().stdin.take());
        let output = pod.wait();
        let (status, message) = match outcome {
            Status => (STATUS, String::new()),
            Lost(error) => (1, format!("init: cannot wait: errno {}\n", *error as i32)),
        };
        assert_eq!(output.status.code(), Some(status), "{running:?} {ending:?}: {output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), message, "{running:?} {ending:?}");
        thread.join().expect("the thread returns its errors").expect("the kernel reports calls");
    }
}

/// How long the kernel takes to reap the program.
const LATE: Duration = Duration::from_millis(300);

/// Answers the question as if the kernel was still reaping the program, for some time. Returns how often it was asked.
fn serve_late(listener: &Listener, ends: &AtomicBool) -> io::Result<usize> {
    let (mut begin, mut count) = (None, 0);
    while let Some(call) = listener.next()? {
        if !ends.load(SeqCst) || begin.get_or_insert_with(Instant::now).elapsed() > LATE {
            listener.allow(&call);
        } else if call.number == libc::SYS_kill {
            listener.answer(&call, Ok(0)); // the process ID is not free yet
        } else {
            count += 1;
            write_mask(&call, libc::PIDFD_INFO_PID as u64)?;
            listener.answer(&call, Ok(0));
        }
    }
    Ok(count)
}

/// The kernel tells of the end first, then it remembers the status, and then it gives up the process ID. `init` asks again,
/// and does not spin.
#[test]
fn a_status_that_comes_late_is_not_lost() {
    if !kernel_remembers_status() {
        return;
    }
    for has_orphan in [true, false] {
        let ends = Arc::new(AtomicBool::new(false));
        let filter = |_| {
            let exists = Call::with(libc::SYS_kill, 1, u32::MAX, 0);
            matching(&[QUESTION, exists], libc::SECCOMP_RET_USER_NOTIF)
        };
        let (install, thread) = report(filter, {
            let ends = Arc::clone(&ends);
            move |listener| serve_late(&listener, &ends)
        })
        .expect("a pair of sockets");
        let mut pod = start_after(&[], move || install.install());
        if has_orphan {
            add_orphan(&pod);
        }
        ends.store(true, SeqCst);
        drop(pod.init().streams().stdin.take());
        let output = pod.wait();
        let count = thread.join().expect("the thread returns its errors").expect("the kernel reports calls");
        assert_eq!(output.status.code(), Some(STATUS), "an orphan remains: {has_orphan}: {output:?}");
        assert!(count < 50, "asked {count} times in {LATE:?}"); // up to three times in 50 ms
    }
}
