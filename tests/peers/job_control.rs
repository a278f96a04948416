//! Job control under `init`, tini, dumb-init and catatonit, and without any of them.
//!
//! The table is `docs/measured/init-job-control.md`; with `PAUSE_WRITE` in the environment it is written, otherwise compared.

use super::{PEERS, compare, peer};
use libc::{SIGSTOP, SIGTSTP};
use std::iter::once;
use std::panic::catch_unwind;
use testkit::job::Step::{Ask, CtrlZ, Fg, Tell, ToInit, ToProgram};
use testkit::job::step::{CATCHES_THEN_SIGSTOP, CATCHES_THEN_SIGTSTP, DEFAULT, IGNORES, RAISES_SIGTSTP};
use testkit::job::{Foreground, Job, Place, Shell, State, Step};
use testkit::until;

/// A row: what the table calls it, where the peer is, and how its program is stopped.
type Row = (&'static str, Place, &'static [Step]);

const DASH: Place = Place::Foreground(Shell::Dash);
const SCRIPT: Place = Place::ForegroundScript(Shell::Dash);
const BACKGROUND: Place = Place::Background(Shell::Dash);
const LOSES_TERMINAL: Step = Ask("give the terminal away");
const READS: Step = Tell("read");

const ROWS: [Row; 24] = [
    ("process 1: Ctrl-Z", Place::Process1, &[CtrlZ]),
    ("the same, and an editor stops itself by SIGTSTP", Place::Process1, &[CATCHES_THEN_SIGTSTP, CtrlZ]),
    ("the same, and a shell stops itself by SIGSTOP", Place::Process1, &[CATCHES_THEN_SIGSTOP, CtrlZ]),
    ("process 1: SIGTSTP to it", Place::Process1, &[ToInit(SIGTSTP)]),
    ("process 1: SIGTSTP to it, ignored; then Ctrl-Z", Place::Process1, &[IGNORES, ToInit(SIGTSTP), DEFAULT, CtrlZ]),
    ("process 1: SIGTSTP to the program", Place::Process1, &[ToProgram(SIGTSTP)]),
    ("process 1: SIGSTOP to the program", Place::Process1, &[ToProgram(SIGSTOP)]),
    ("process 1: the program reads, but lost the terminal", Place::Process1, &[LOSES_TERMINAL, READS]),
    ("process 1, no terminal: SIGTSTP to it", Place::Process1WithoutTerminal, &[ToInit(SIGTSTP)]),
    ("session leader: Ctrl-Z", Place::SessionLeader, &[CtrlZ]),
    ("session leader: SIGTSTP to it", Place::SessionLeader, &[ToInit(SIGTSTP)]),
    ("session leader: the program stops itself by SIGTSTP", Place::SessionLeader, &[RAISES_SIGTSTP]),
    ("in a script that leads a session: Ctrl-Z", Place::Script, &[CtrlZ]),
    ("in a script that leads a session: SIGTSTP to the program", Place::Script, &[ToProgram(SIGTSTP)]),
    ("under a shell: Ctrl-Z", DASH, &[CtrlZ]),
    ("the same, and an editor stops itself by SIGTSTP", DASH, &[CATCHES_THEN_SIGTSTP, CtrlZ]),
    ("under a shell: Ctrl-Z again, after `fg`", DASH, &[CtrlZ, Fg, CtrlZ]),
    ("under a shell: SIGTSTP to it", DASH, &[ToInit(SIGTSTP)]),
    ("under a shell: SIGSTOP to the program", DASH, &[ToProgram(SIGSTOP)]),
    ("in a script under a shell: Ctrl-Z", SCRIPT, &[CtrlZ]),
    ("in the background: SIGTSTP to it", BACKGROUND, &[ToInit(SIGTSTP)]),
    ("in the background: SIGSTOP to the program", BACKGROUND, &[ToProgram(SIGSTOP)]),
    ("in the background: the program reads from the terminal", BACKGROUND, &[READS]),
    ("no terminal, a parent with job control: SIGTSTP to it", Place::ChildWithoutTerminal, &[ToInit(SIGTSTP)]),
];

/// The words that start a peer.
fn words(name: &str) -> Vec<String> {
    let command = peer(name, &["--"]);
    let words = once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_str().expect("a path of this machine").to_owned()).collect()
}

/// What comes of it. Without a peer, what is sent to it is sent to the program.
fn outcome(above: &[String], place: Place, steps: &[Step]) -> String {
    let is_alone = above.is_empty();
    let mut job = Job::start(place, above);
    let mut look = job.settle();
    for &step in steps {
        // What stopped the program too early, or did not stop it, is what there is to tell.
        let is_possible = match step {
            Fg => look.foreground == Foreground::Shell,
            _ => look.program == State::Runs,
        };
        if !is_possible {
            break;
        }
        job.take(match step {
            ToInit(number) if is_alone => ToProgram(number),
            step => step,
        });
        look = job.settle();
    }
    match look.program {
        State::Ended => format!("ended, status {}", job.ends().unwrap_or(-1)),
        State::Runs if !steps.contains(&READS) => "goes on".into(),
        State::Runs if job.answers(&format!("read: error {}", libc::EIO)) == 1 => "refused with EIO".into(),
        State::Runs => "reads what is typed to the shell".into(),
        State::Stopped if place.shell().is_none() => {
            let both = if !is_alone && look.parent == State::Stopped { ", it too" } else { "" };
            if is_alone {
                job.signal_program(libc::SIGCONT)
            } else {
                job.signal_parent(libc::SIGCONT)
            };
            let continues = if job.settle().program == State::Runs { "continues" } else { "does not help" };
            format!("stopped{both}; SIGCONT {continues}")
        }
        // A shell is told of its own child alone. Nothing is typed to it before: a peer may have taken its terminal.
        State::Stopped if !is_alone && look.parent != State::Stopped => "stopped; no shell is told".into(),
        State::Stopped => under_a_shell(job, place, steps.contains(&READS)),
    }
}

/// What a shell makes of a program that is stopped.
fn under_a_shell(mut job: Job, place: Place, reads: bool) -> String {
    match place {
        Place::Background(_) => assert!(job.shell_lists_stopped(), "the shell lists it as stopped"),
        _ => job.shell_says_stopped(),
    }
    job.fg();
    job.settle();
    if reads {
        job.keyboard().line("a line");
        until("it reads or is stopped", || job.answers("read") == 1 || job.settle().program == State::Stopped);
    }
    let continues = if job.settle().program == State::Runs { "continues" } else { "does not help" };
    format!("stopped; `fg` {continues}")
}

#[test]
fn what_each_of_them_does_when_the_program_is_stopped_is_written_down() {
    let mut names = PEERS.map(words).to_vec();
    names.push(Vec::new());
    let mut table = format!("| | {} | without any |\n| :--- | {} |\n", PEERS.join(" | "), [":---"; 5].join(" | "));
    for (about, place, steps) in ROWS {
        let cells: Vec<String> = names
            .iter()
            .map(|above| catch_unwind(|| outcome(above, place, steps)).unwrap_or_else(|_| "never comes to rest".into()))
            .collect();
        table += &format!("| {about} | {} |\n", cells.join(" | "));
    }
    compare("docs/measured/init-job-control.md", &table);
}
