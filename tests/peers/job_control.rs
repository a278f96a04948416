//! The table `docs/measured/init-job-control.md`: job control under each of the peers, and without any.

use super::peer::{PEERS, command, compare, line};
use libc::{SIGSTOP, SIGTSTP};
use std::iter::once;
use std::panic::catch_unwind;
use testkit::job::Step::{CtrlZ, Fg, Send, SendAndWait, ToInit, ToProgram};
use testkit::job::step::{CATCHES_THEN_SIGSTOP, CATCHES_THEN_SIGTSTP, DEFAULT, IGNORES, RAISES_SIGTSTP};
use testkit::job::{Foreground, Job, Place, Shell, State, Step};
use testkit::until;

const FOREGROUND: Place = Place::Foreground(Shell::Dash);
const SCRIPT: Place = Place::ForegroundScript(Shell::Dash);
const BACKGROUND: Place = Place::Background(Shell::Dash);
const NO_TERMINAL: Place = Place::Process1WithoutTerminal;
const CHILD: Place = Place::ChildWithoutTerminal;
const LOSES_TERMINAL: Step = SendAndWait("give the terminal away");
const READS: Step = Send("read");

/// Where the peer runs, how its program is stopped, and the steps that do it.
const ROWS: [(Place, &str, &[Step]); 24] = [
    (Place::Process1, "Ctrl-Z", &[CtrlZ]),
    (Place::Process1, "Ctrl-Z; an editor catches it and raises SIGTSTP", &[CATCHES_THEN_SIGTSTP, CtrlZ]),
    (Place::Process1, "Ctrl-Z; a shell catches it and raises SIGSTOP", &[CATCHES_THEN_SIGSTOP, CtrlZ]),
    (Place::Process1, "SIGTSTP to the init", &[ToInit(SIGTSTP)]),
    (Place::Process1, "SIGTSTP to the init, ignored; then Ctrl-Z", &[IGNORES, ToInit(SIGTSTP), DEFAULT, CtrlZ]),
    (Place::Process1, "SIGTSTP to the program", &[ToProgram(SIGTSTP)]),
    (Place::Process1, "SIGSTOP to the program", &[ToProgram(SIGSTOP)]),
    (Place::Process1, "the program reads after it has lost the terminal", &[LOSES_TERMINAL, READS]),
    (NO_TERMINAL, "SIGTSTP to the init", &[ToInit(SIGTSTP)]),
    (Place::SessionLeader, "Ctrl-Z", &[CtrlZ]),
    (Place::SessionLeader, "SIGTSTP to the init", &[ToInit(SIGTSTP)]),
    (Place::SessionLeader, "the program raises SIGTSTP", &[RAISES_SIGTSTP]),
    (Place::Script, "Ctrl-Z", &[CtrlZ]),
    (Place::Script, "SIGTSTP to the program", &[ToProgram(SIGTSTP)]),
    (FOREGROUND, "Ctrl-Z", &[CtrlZ]),
    (FOREGROUND, "Ctrl-Z; an editor catches it and raises SIGTSTP", &[CATCHES_THEN_SIGTSTP, CtrlZ]),
    (FOREGROUND, "Ctrl-Z again, after `fg`", &[CtrlZ, Fg, CtrlZ]),
    (FOREGROUND, "SIGTSTP to the init", &[ToInit(SIGTSTP)]),
    (FOREGROUND, "SIGSTOP to the program", &[ToProgram(SIGSTOP)]),
    (SCRIPT, "Ctrl-Z", &[CtrlZ]),
    (BACKGROUND, "SIGTSTP to the init", &[ToInit(SIGTSTP)]),
    (BACKGROUND, "SIGSTOP to the program", &[ToProgram(SIGSTOP)]),
    (BACKGROUND, "the program reads from the terminal", &[READS]),
    (CHILD, "SIGTSTP to the init", &[ToInit(SIGTSTP)]),
];

/// Returns the name of a place in the table.
fn label(place: Place) -> &'static str {
    match place {
        Place::Process1 => "process 1",
        Place::SessionLeader => "session leader",
        Place::Script => "script that leads a session",
        Place::Foreground(_) => "shell, foreground",
        Place::ForegroundScript(_) => "script in a shell, foreground",
        Place::Background(_) => "shell, background",
        Place::BackgroundBesideReader(_) => "shell, background, in a pipeline",
        Place::Process1WithoutTerminal => "process 1, no terminal",
        Place::OrphanedWithoutTerminal => "orphaned process group, no terminal",
        Place::ChildWithoutTerminal => "child with its own process group, no terminal",
    }
}

/// Returns the words that start a peer.
fn words(peer: &str) -> Vec<String> {
    let command = command(peer, &["--"]);
    let words = once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_str().expect("the path is UTF-8").to_owned()).collect()
}

/// Returns the outcome under the peer that these words start. Without a peer, signals to it are sent to the program.
fn outcome(peer: &[String], place: Place, steps: &[Step]) -> String {
    let has_peer = !peer.is_empty();
    let mut job = Job::start(place, peer);
    let mut state = job.settle();
    for &step in steps {
        // If a step stops the program too early or not at all, the next step is impossible.
        let is_possible = match step {
            Fg => state.foreground == Foreground::Shell,
            _ => state.program == State::Runs,
        };
        if !is_possible {
            break;
        }
        job.take(match step {
            ToInit(number) if !has_peer => ToProgram(number),
            step => step,
        });
        state = job.settle();
    }
    match state.program {
        State::Ended => format!("ended, status {}", job.ends().unwrap_or(-1)),
        State::Runs if !steps.contains(&READS) => "keeps running".into(),
        State::Runs if job.answers(&format!("read: error {}", libc::EIO)) == 1 => "EIO".into(),
        State::Runs => "takes the shell's input".into(),
        State::Stopped if place.shell().is_none() => {
            if has_peer {
                job.signal_parent(libc::SIGCONT);
            } else {
                job.signal_program(libc::SIGCONT);
            }
            let both = if has_peer && state.parent == State::Stopped { "both " } else { "" };
            format!("{both}stopped; {}", after(&job, "SIGCONT"))
        }
        // A shell sees stops of its child only. The test types no command: the shell may have lost the terminal.
        State::Stopped if has_peer && state.parent != State::Stopped => "stopped; the shell does not see it".into(),
        State::Stopped => stopped_under_a_shell(job, place, steps.contains(&READS)),
    }
}

/// Returns whether the stopped program has been continued by `means`.
fn after(job: &Job, means: &str) -> String {
    format!("{means} {}", if job.settle().program == State::Runs { "continues" } else { "does not help" })
}

/// Returns the outcome if the shell has seen the stop.
fn stopped_under_a_shell(mut job: Job, place: Place, reads: bool) -> String {
    match place {
        Place::Background(_) => job.until_shell_lists_stopped(),
        _ => job.shell_says_stopped(),
    }
    job.fg();
    job.settle();
    if reads {
        job.keyboard().line("a line");
        until("the program reads or is stopped", || job.answers("read") == 1 || job.settle().program == State::Stopped);
    }
    format!("stopped; {}", after(&job, "`fg`"))
}

#[test]
fn the_table_of_job_control_is_up_to_date() {
    let mut peers = PEERS.map(words).to_vec();
    peers.push(Vec::new());
    let header = [&["place", "event"], &PEERS[..], &["no init"]].concat();
    let mut table = line(&header) + &line(&vec![":---"; header.len()]);
    for (place, event, steps) in ROWS {
        let cell = |peer: &Vec<String>| {
            catch_unwind(|| outcome(peer, place, steps)).unwrap_or_else(|_| "does not settle".into())
        };
        let cells: Vec<String> = peers.iter().map(cell).collect();
        let cells: Vec<&str> = [label(place), event].into_iter().chain(cells.iter().map(String::as_str)).collect();
        table += &line(&cells);
    }
    compare("docs/measured/init-job-control.md", &table);
}
