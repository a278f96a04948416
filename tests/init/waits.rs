//! What `init` waits for after each signal, and how long: it wakes up seldom, and no signal delays another one. The test answers
//! each `rt_sigtimedwait` of `init`.

use crate::run::{SignalLog, command, kill_in, probe_child};
use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal};
use std::io;
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use testkit::deadline::timeout;
use testkit::platform::{EmulatorLimit, kernel_remembers_status};
use testkit::process_table::{rows, zombies};
use testkit::refused_call::{Call, apply, matching, refuse_some};
use testkit::reported_calls::{Listener, ReportedCall, report};
use testkit::shim::ignore;
use testkit::{Pod, until};

/// The signals that `init` waits for, one bit for each, and how long.
type Wait = (u64, Option<Duration>);

const EVERY_SIGNAL: u64 = u64::MAX;
const ALL_BUT_SIGCHLD: u64 = EVERY_SIGNAL & !bit(libc::SIGCHLD);

/// Until any signal comes.
const IDLE: Wait = (EVERY_SIGNAL, None);
/// Any signal that is pending. The next turn looks for a child anyway.
const GLANCE: Wait = (ALL_BUT_SIGCHLD, Some(Duration::ZERO));
/// The kernel reaps, and `init` need not look for some time.
const REST: Wait = (ALL_BUT_SIGCHLD, Some(Duration::from_millis(20)));
/// SIGTSTP was forwarded. No signal tells that the program does not stop.
const POLL: Wait = (EVERY_SIGNAL, Some(Duration::from_millis(50)));
/// The timer of the grace period.
const TIMER: Wait = (bit(libc::SIGALRM), Some(Duration::ZERO));

const fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}

/// What becomes of a wait.
enum Answer {
    /// That of the kernel.
    True,
    /// A signal with this number and this `si_code`.
    Signal(i32, i32),
    /// The time is over.
    TimeOver,
}

/// An `init` whose waits the test answers.
struct Answered {
    pod: Pod,
    waits: Receiver<(u32, Wait)>,
    answers: Sender<Answer>,
}

impl Answered {
    /// Starts `init ARGUMENTS`. Its standard input and output are pipes.
    fn start(arguments: &[&str]) -> Self {
        Self::start_after(arguments, || Ok(()))
    }

    /// Like [`start`](Self::start), and calls `last_step` before `init` is executed.
    fn start_after(arguments: &[&str], last_step: impl Fn() -> io::Result<()> + Send + Sync + 'static) -> Self {
        let (to_test, waits) = channel();
        let (answers, from_test) = channel();
        let filter = |_| matching(&[Call::every(libc::SYS_rt_sigtimedwait)], libc::SECCOMP_RET_USER_NOTIF);
        let (install, _thread) =
            report(filter, move |listener| serve(&listener, &to_test, &from_test)).expect("a pair of sockets");
        let mut init = command(arguments);
        init.stdin(Stdio::piped());
        let pod = Pod::start_after(init, move || install.install().and_then(|()| last_step()));
        Self { pod, waits, answers }
    }

    /// Returns the next wait of `init`, which must be answered, or nothing when `init` has ended. The waits of other processes
    /// are true ones.
    fn next(&self) -> Option<Wait> {
        loop {
            let (pid, wait) = self.waits.recv_timeout(timeout()).ok()?;
            if i64::from(pid) == i64::from(self.pod.pid().as_raw()) {
                return Some(wait);
            }
            self.answer(Answer::True);
        }
    }

    fn answer(&self, answer: Answer) {
        self.answers.send(answer).expect("the thread answers until init ends");
    }
}

/// Passes each wait to the test, and does what it answers. When the test asks no more, all waits are true.
fn serve(listener: &Listener, waits: &Sender<(u32, Wait)>, answers: &Receiver<Answer>) -> io::Result<()> {
    while let Some(call) = listener.next()? {
        _ = waits.send((call.pid, read(&call)?));
        match answers.recv().unwrap_or(Answer::True) {
            Answer::True => listener.allow(&call),
            Answer::TimeOver => listener.answer(&call, Err(Errno::EAGAIN)),
            Answer::Signal(number, code) => {
                let mut info = [0; 128];
                info[..12].copy_from_slice([number, 0, code].map(i32::to_ne_bytes).as_flattened());
                if call.arguments[1] != 0 {
                    call.memory()?.write_all_at(&info, call.arguments[1])?;
                }
                listener.answer(&call, Ok(number));
            }
        }
    }
    Ok(())
}

/// Reads the set of signals, and the `timespec`.
fn read(call: &ReportedCall) -> io::Result<Wait> {
    let memory = call.memory()?;
    let mut set = [0; 8];
    memory.read_exact_at(&mut set, call.arguments[0])?;
    let word = |at: usize| {
        let mut word = [0; size_of::<isize>()];
        memory.read_exact_at(&mut word, call.arguments[2] + at as u64)?;
        io::Result::Ok(isize::from_ne_bytes(word))
    };
    let limit = match call.arguments[2] {
        0 => None,
        _ => Some(Duration::new(word(0)? as u64, word(size_of::<isize>())? as u32)),
    };
    Ok((u64::from_ne_bytes(set), limit))
}

/// The program is busy, so that it never seems to sleep because it has taken a signal.
const BUSY: [&str; 3] = ["sh", "-c", "while :; do :; done"];

#[test]
fn it_rests_after_the_end_of_a_child_alone() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let rest = if kernel_remembers_status() { REST } else { IDLE };
    for (options, code, expected) in [
        (&[][..], libc::CLD_EXITED, rest),
        (&[], libc::CLD_KILLED, rest),
        (&[], libc::CLD_DUMPED, rest),
        (&[], libc::CLD_STOPPED, IDLE),
        (&[], libc::CLD_CONTINUED, IDLE),
        (&["-w"], libc::CLD_EXITED, IDLE), // it reaps by itself
    ] {
        let init = Answered::start(&[options, &["--"], &BUSY].concat());
        assert_eq!(init.next(), Some(IDLE));
        init.answer(Answer::Signal(libc::SIGCHLD, code));
        assert_eq!(init.next(), Some(expected), "{options:?} {code}");
        if expected == REST {
            init.answer(Answer::TimeOver);
            assert_eq!(init.next(), Some(IDLE), "after a rest");
        }
    }
}

#[test]
fn after_each_other_signal_it_waits_as_before() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for signal in [libc::SIGHUP, libc::SIGUSR1, libc::SIGCONT, libc::SIGWINCH, 64] {
        let program = ["--", "sh", "-c", "trap '' HUP USR1; while :; do :; done"];
        let init = Answered::start(&[&["-r", "64:0"], &program[..]].concat());
        assert_eq!(init.next(), Some(IDLE));
        init.answer(Answer::Signal(signal, 1));
        assert_eq!(init.next(), Some(IDLE), "signal {signal}");
    }
}

/// While it reaps one child after the other, SIGCHLD would come before each signal with a higher number.
#[test]
fn after_it_has_reaped_a_child_it_takes_no_sigchld() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let init = Answered::start(&[&["-w", "--"], &BUSY[..]].concat());
    assert_eq!(init.next(), Some(IDLE));
    let mut shell = Command::new("sh");
    shell.args(["-c", "true & exit 0"]);
    assert!(init.pod.join(shell).wait().status.success());
    until("the orphan has ended", || zombies(&init.pod).len() == 1);
    init.answer(Answer::Signal(libc::SIGCHLD, libc::CLD_EXITED));
    assert_eq!(init.next(), Some(GLANCE));
    init.answer(Answer::TimeOver);
    assert_eq!(init.next(), Some(IDLE));
}

#[test]
fn it_expects_no_stop_of_a_program_that_sigtstp_does_not_stop() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for (is_blocked, trap) in [(true, ""), (false, "trap '' TSTP;"), (false, "trap : TSTP;")] {
        let script = format!("{trap} echo 0; while :; do :; done");
        let mut init = Answered::start_after(&["--", "sh", "-c", &script], move || {
            let blocked = if is_blocked { SigSet::from(Signal::SIGTSTP) } else { SigSet::empty() };
            Ok(blocked.thread_block()?)
        });
        assert_eq!(init.next(), Some(IDLE));
        _ = SignalLog::of(init.pod.init());
        init.answer(Answer::Signal(libc::SIGTSTP, libc::SI_QUEUE));
        assert_eq!(init.next(), Some(IDLE), "blocked: {is_blocked}, {trap}");
    }
}

/// Without `/proc`, a SIGTSTP counts as a key.
#[test]
fn it_expects_no_stop_of_a_program_that_it_cannot_look_at() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let folder = Call::with(libc::SYS_openat, 2, libc::O_DIRECTORY as u32, libc::O_DIRECTORY as u32);
    let filter = refuse_some(&[folder], Errno::EPERM);
    let last_step = move || ignore(&[Signal::SIGTSTP]).and_then(|()| apply(&filter));
    let init = Answered::start_after(&[&["--"], &BUSY[..]].concat(), last_step);
    assert_eq!(init.next(), Some(IDLE));
    init.answer(Answer::Signal(libc::SIGTSTP, libc::SI_QUEUE));
    assert_eq!(init.next(), Some(IDLE));
}

#[test]
fn a_stop_of_the_program_wakes_it_up_whoever_reaps() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for options in [&[][..], &["-w"]] {
        let init = Answered::start(&[options, &["--"], &BUSY[..]].concat());
        assert_eq!(init.next(), Some(IDLE));
        init.answer(Answer::True);
        kill_in(&init.pod, "STOP", "2");
        assert_eq!(init.next(), Some(GLANCE), "{options:?}");
    }
}

/// The program has stopped and was continued again, before `init` has looked.
#[test]
fn after_the_program_was_continued_it_expects_no_stop() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let mut init = None;
    until("init looks before the program stops", || {
        let started = Answered::start(&[&["--"], &BUSY[..]].concat());
        assert_eq!(started.next(), Some(IDLE));
        started.answer(Answer::Signal(libc::SIGTSTP, libc::SI_QUEUE));
        let is_early = started.next() == Some(POLL);
        init = Some(started);
        is_early
    });
    let init = init.expect("one was early");
    let state = || rows(&init.pod).iter().find(|row| row.command == "sh").map(|row| (row.pid, row.state));
    until("the program has stopped", || state().is_some_and(|(_, state)| state == 'T'));
    kill_in(&init.pod, "CONT", &state().expect("the program is there").0.to_string());
    init.answer(Answer::Signal(libc::SIGCHLD, libc::CLD_CONTINUED));
    assert_eq!(init.next(), Some(GLANCE));
    init.answer(Answer::TimeOver);
    assert_eq!(init.next(), Some(IDLE));
}

/// The kernel hands over the signal with the smallest number first. So the SIGALRM of the timer could wait for ever behind
/// SIGHUP.
#[test]
fn signals_that_keep_coming_do_not_delay_the_timer() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let script = "trap '' HUP TERM; echo 0; sleep 1000 & exit 5";
    let mut init = Answered::start(&["-t", "1", "--", "sh", "-c", script]);
    assert_eq!(init.next(), Some(IDLE));
    _ = SignalLog::of(init.pod.init());
    init.answer(Answer::True);
    let begin = Instant::now();
    while let Some(wait) = init.next() {
        assert!(begin.elapsed() < timeout(), "the grace period has ended");
        init.answer(if wait == TIMER { Answer::True } else { Answer::Signal(libc::SIGHUP, libc::SI_USER) });
    }
    assert_eq!(init.pod.wait().status.code(), Some(5));
}

/// The kernel has reaped the program already when `init` takes the signal: it is for those that remain.
#[test]
fn a_signal_after_the_end_of_the_program_is_not_sent_to_the_program() {
    if !kernel_remembers_status() {
        return;
    }
    let script = r#""$0" signals & read line"#;
    let mut init = Answered::start(&["-t", "1000", "--", "sh", "-c", script, probe_child()]);
    assert_eq!(init.next(), Some(IDLE));
    let mut log = SignalLog::of(init.pod.init());
    drop(init.pod.init().streams().stdin.take());
    until("the program has been reaped", || rows(&init.pod).len() == 2);
    init.answer(Answer::Signal(libc::SIGUSR2, libc::SI_QUEUE));
    drop(init.answers);
    assert!(log.any(|number| number == libc::SIGUSR2));
}
