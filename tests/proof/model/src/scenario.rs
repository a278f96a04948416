//! A real program as process 1 with a container beside it: what happens to it, and when.

use crate::call::Call;
use crate::record::{Moment, Trace, record};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use testkit::lone_process_1::{Program, process_tree};
use testkit::programs::path;
use testkit::trace::Traced;
use testkit::until;
use testkit::usage::{children, is_stopped, state};

/// A container that stops itself before each of its acts. An act is a program of the testkit with its arguments.
const CONTAINER: &str = "for act; do kill -STOP $$; ${0%/*}/$act; done";

/// A shell with a dead child and a container. It becomes process 1.
const BEFORE_PAUSE: &str = r#"sh -c "$CONTAINER" "$0" ACTS & shift; sh -c : & exec "$@""#;

/// The length of the rests of both programs, in nanoseconds.
const REST: u64 = 20_000_000;

/// A signal from outside, when the container has made all of its acts.
#[derive(Clone, Copy, Debug)]
pub enum Outside {
    /// When process 1 is at rest.
    AtRest(Signal),
    /// When process 1 is about to rest after a SIGCHLD.
    BeforeShortRest(Signal),
}

/// Records `pause`, which becomes process 1 where a shell has left a zombie and a container.
pub fn record_pause(arguments: &[&str], acts: &[&str], outside: &[Outside]) -> Trace {
    let acts: String = acts.iter().map(|act| format!("'{act}' ")).collect();
    let script = BEFORE_PAUSE.replace("$CONTAINER", &CONTAINER.replace('$', r"\$")).replace("ACTS", &acts);
    let words = ["-c", &script, path_of("orphan-maker"), "sh", path_of("pause")];
    run(&Program::new("/bin/sh".as_ref(), &[&words[..], arguments].concat()), outside)
}

fn path_of(name: &str) -> &'static str {
    path(name).to_str().expect("a path in UTF-8")
}

/// Runs a program until it ends. Whenever it is at rest, the container makes its next act. Then the signals come.
fn run(program: &Program, outside: &[Outside]) -> Trace {
    let mut traced = Traced::start(program).expect("this user may create a PID namespace");
    let mut outside = outside.iter();
    let mut next = outside.next().copied();
    let trace = record(&mut traced, |traced, moment| {
        let container = || process_tree(traced.pid()).into_iter().skip(1).collect::<Vec<Pid>>();
        match (moment, next) {
            (Moment::Executed, _) => until("a child is a zombie", || {
                children(traced.pid()).into_iter().any(|child| state(child) == Some('Z'))
            }),
            (Moment::AtRest, _) if !container().is_empty() => {
                // It may not have come to its next stop.
                if let Some(stopped) = container().into_iter().find(|pid| is_stopped(*pid)) {
                    kill(stopped, Signal::SIGCONT).expect("it is stopped");
                }
            }
            (Moment::AtRest, Some(Outside::AtRest(signal))) => {
                traced.signal(signal);
                next = outside.next().copied();
            }
            (Moment::Before(Call::Wait { limit: Some(REST), .. }), Some(Outside::BeforeShortRest(signal))) => {
                traced.signal(signal);
                next = outside.next().copied();
            }
            (Moment::AtRest, _) => panic!("process 1 rests, and nothing else will happen"),
            (Moment::Before(_), _) => {}
        }
    });
    trace.expect("a traced process")
}
