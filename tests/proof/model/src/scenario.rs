//! A real program as process 1 with a container: what happens to it, and when.

use crate::call::Call;
use crate::record::{Moment, Scope, Trace, record};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use std::fs;
use std::process::{Child, Command};
use testkit::lone_process_1::{Program, process_tree};
use testkit::programs::path;
use testkit::trace::Traced;
use testkit::until;
use testkit::usage::{children, is_stopped, state};

/// A container that stops itself before each of its acts. An act is a command, and finds the programs of the testkit in
/// `$bin`.
const CONTAINER: &str = r#"trap : USR1; bin=${0%/*}; for act; do kill -STOP $$; eval "$act"; done; exit 7"#;

/// A shell that starts the container of its first words, up to `--`, and leaves a zombie. Then it becomes `pause`.
const BEFORE_PAUSE: &str =
    r#"container=$1; shift; acts=$1; shift; sh -c "$container" "$0" $acts & sh -c : & exec "$@""#;

/// The length of the rests of both programs, in nanoseconds.
const REST: u64 = 20_000_000;

/// How many times process 1 may rest when nothing is left to happen but the end of a grace period.
const LAST_RESTS: u32 = 100;

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// When process 1 rests and the container is stopped: the next act of the container, or its end.
    Act,
    /// When process 1 rests: a signal from outside.
    AtRest(Signal),
    /// When process 1 rests: a process that ignores SIGTERM joins the PID namespace. Its parent stays outside.
    Join,
    /// When process 1 is about to rest after a SIGCHLD: a signal from outside.
    BeforeShortRest(Signal),
}

/// Records `pause`, which becomes process 1 where a shell has left a zombie and a container. Acts may contain no blanks:
/// they write `_` instead.
pub fn record_pause(arguments: &[&str], acts: &[&str], happenings: &[Happening]) -> Trace {
    let container = CONTAINER.replace(r#""$act""#, r#""$(echo $act | tr _ ' ')""#);
    let words = ["-c", BEFORE_PAUSE, path_of("orphan-maker"), &container, &acts.join(" "), path_of("pause")];
    run(&Program::new("/bin/sh".as_ref(), &[&words[..], arguments].concat()), Scope::All, happenings)
}

/// Records `init`, whose program is the container.
pub fn record_init(options: &[&str], acts: &[&str], happenings: &[Happening]) -> Trace {
    let words = ["--", "/bin/sh", "-c", CONTAINER, path_of("orphan-maker")];
    run(&Program::new(path("init"), &[options, &words[..], acts].concat()), Scope::Protocol, happenings)
}

fn path_of(name: &str) -> &'static str {
    path(name).to_str().expect("a path in UTF-8")
}

/// Runs a program until it ends, and lets everything happen in this order.
fn run(program: &Program, scope: Scope, happenings: &[Happening]) -> Trace {
    let mut traced = Traced::start_with_proc(program).expect("this user may create namespaces");
    let mut left = happenings.iter().copied().peekable();
    let (mut last_rests, mut joined) = (0, Vec::new());
    let trace = record(&mut traced, scope, |traced, moment| match (moment, left.peek()) {
        (Moment::Executed, _) => {
            until("a child is a zombie", || children(traced.pid()).into_iter().any(|child| state(child) == Some('Z')))
        }
        (Moment::AtRest, Some(Happening::Act)) => {
            // It may not have come to its next stop.
            if let Some(container) = process_tree(traced.pid()).into_iter().skip(1).find(|pid| is_stopped(*pid)) {
                left.next();
                proceed(container);
            }
        }
        (Moment::AtRest, Some(Happening::AtRest(signal))) => {
            traced.signal(*signal);
            left.next();
        }
        (Moment::AtRest, Some(Happening::Join)) => {
            joined.push(join(traced.pid()));
            left.next();
        }
        (Moment::Before(Call::Wait { limit: Some(REST), .. }), Some(Happening::BeforeShortRest(signal))) => {
            traced.signal(*signal);
            left.next();
        }
        (Moment::AtRest, _) => {
            last_rests += 1;
            assert!(last_rests < LAST_RESTS, "process 1 rests, and nothing else will happen");
        }
        (Moment::Before(_), _) => {}
    });
    for mut process in joined {
        process.wait().expect("it ends with process 1");
    }
    assert_eq!(left.collect::<Vec<_>>(), [], "it has ended too early");
    trace.expect("a traced process")
}

fn proceed(container: Pid) {
    kill(container, Signal::SIGCONT).expect("it is stopped");
}

/// Starts a process as `docker exec` does, and waits until it ignores SIGTERM.
fn join(process_1: Pid) -> Child {
    let mut command = Command::new("nsenter");
    command.args(["--target", &process_1.to_string(), "--pid"]);
    if !geteuid().is_root() {
        command.args(["--user", "--preserve-credentials"]);
    }
    command.args(["sh", "-c", "trap '' TERM; exec sleep 1000"]);
    let process = command.spawn().expect("util-linux has nsenter");
    let parent = Pid::from_raw(process.id().cast_signed());
    let name = |pid: Pid| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    until("a process has joined", || children(parent).into_iter().any(|pid| name(pid) == "sleep\n"));
    process
}
