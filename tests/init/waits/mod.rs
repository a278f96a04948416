//! What `init` waits for after each signal, and for how long: it rarely wakes up, and no signal delays another one. The test
//! answers each `rt_sigtimedwait` of `init`.

mod signals;
mod stops;

use crate::run::command;
use nix::errno::Errno;
use nix::unistd::Pid;
use std::io;
use std::os::unix::fs::FileExt;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;
use testkit::Pod;
use testkit::deadline::timeout;
use testkit::refused_call::{Call, matching};
use testkit::reported_calls::{Install, Listener, ReportedCall, report};

/// The signals that `init` waits for, one bit for each, and how long.
type Wait = (u64, Option<Duration>);

const EVERY_SIGNAL: u64 = u64::MAX;
const ALL_BUT_SIGCHLD: u64 = EVERY_SIGNAL & !bit(libc::SIGCHLD);

/// Until any signal comes.
const IDLE: Wait = (EVERY_SIGNAL, None);
/// Any pending signal but SIGCHLD: the next turn looks for a child anyway.
const GLANCE: Wait = (ALL_BUT_SIGCHLD, Some(Duration::ZERO));
/// The kernel reaps, so `init` need not look for children for a while.
const REST: Wait = (ALL_BUT_SIGCHLD, Some(Duration::from_millis(20)));
/// No signal announces what `init` waits for: that a forwarded SIGTSTP does not stop the program, or that the kernel has recorded
/// its status.
const POLL: Wait = (EVERY_SIGNAL, Some(Duration::from_millis(50)));
/// The timer of the grace period.
const TIMER: Wait = (bit(libc::SIGALRM), Some(Duration::ZERO));

const fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}

/// How a wait ends.
enum Answer {
    /// As the kernel decides.
    Kernel,
    /// A signal with this number and this `si_code`.
    Signal(i32, i32),
    /// The time is over.
    TimeOver,
}

/// The waits of `init`, which the test answers.
struct Waits {
    init: Sender<Pid>,
    waits: Receiver<Wait>,
    answers: Sender<Answer>,
}

impl Waits {
    /// Begins to report the waits of a process that calls [`Install::install`]. Tell [`Self::begin`] which one it is.
    fn report() -> (Install, Self) {
        let (init, from_test) = channel();
        let (to_test, waits) = channel();
        let (answers, answered) = channel();
        let filter = |_| matching(&[Call::every(libc::SYS_rt_sigtimedwait)], libc::SECCOMP_RET_USER_NOTIF);
        let serve = move |listener| serve(&listener, &from_test, &to_test, &Mutex::new(answered));
        let (install, _thread) = report(filter, serve).expect("a pair of sockets");
        (install, Self { init, waits, answers })
    }

    fn begin(&self, init: Pid) {
        self.init.send(init).expect("the thread waits for it");
    }

    /// Returns the next wait of `init`, which must be answered, or nothing when `init` has ended.
    #[track_caller]
    fn next(&self) -> Option<Wait> {
        match self.waits.recv_timeout(timeout()) {
            Ok(wait) => Some(wait),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("init neither waits nor ends"),
        }
    }

    fn answer(&self, answer: Answer) {
        self.answers.send(answer).expect("the thread answers until init ends");
    }
}

/// An `init` as process 1, whose waits the test answers.
struct Answered {
    pod: Pod,
    waits: Waits,
}

impl Answered {
    /// Starts `init ARGUMENTS`. Its standard input and output are pipes.
    fn start(arguments: &[&str]) -> Self {
        Self::start_after(arguments, || Ok(()))
    }

    /// Like [`start`](Self::start), and calls `last_step` before `init` is executed.
    fn start_after(arguments: &[&str], last_step: impl Fn() -> io::Result<()> + Send + Sync + 'static) -> Self {
        let (install, waits) = Waits::report();
        let mut init = command(arguments);
        init.stdin(Stdio::piped());
        let pod = Pod::start_after(init, move || install.install().and_then(|()| last_step()));
        waits.begin(pod.pid());
        Self { pod, waits }
    }

    fn next(&self) -> Option<Wait> {
        self.waits.next()
    }

    fn answer(&self, answer: Answer) {
        self.waits.answer(answer);
    }
}

/// Passes each wait of `init` to the test, which answers it. The kernel decides those of other processes.
fn serve(
    listener: &Listener,
    init: &Receiver<Pid>,
    waits: &Sender<Wait>,
    answers: &Mutex<Receiver<Answer>>,
) -> io::Result<()> {
    let mut pid = None;
    thread::scope(|scope| {
        while let Some(call) = listener.next()? {
            let init = *pid.get_or_insert_with(|| init.recv().map_or(0, |init| init.as_raw() as u32));
            if call.pid == init {
                _ = waits.send(read(&call)?);
                scope.spawn(move || answer(listener, &call, answers)); // others go on meanwhile
            } else {
                listener.allow(&call);
            }
        }
        Ok(())
    })
}

/// Does what the test answers. Once the test has dropped [`Waits`], the kernel decides.
fn answer(listener: &Listener, call: &ReportedCall, answers: &Mutex<Receiver<Answer>>) {
    let answer = answers.lock().expect("no thread panics here").recv();
    match answer.unwrap_or(Answer::Kernel) {
        Answer::Kernel => listener.allow(call),
        Answer::TimeOver => listener.answer(call, Err(Errno::EAGAIN)),
        Answer::Signal(number, code) => {
            let mut info = [0; 128];
            info[..12].copy_from_slice([number, 0, code].map(i32::to_ne_bytes).as_flattened());
            let written = match call.arguments[1] {
                0 => Ok(()), // it does not want to know
                place => call.memory().and_then(|memory| memory.write_all_at(&info, place)),
            };
            listener.answer(call, written.map(|()| number).map_err(|_| Errno::EFAULT));
        }
    }
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

/// A program that never sleeps: `init` takes a sleeping one for one that has taken SIGTSTP itself.
const BUSY: [&str; 3] = ["sh", "-c", "while :; do :; done"];
