//! Traces of the real `init` are replayed on its automaton, which must make the same calls. Controls: a changed trace and
//! a spoiled automaton are refused.

use model::init::spoil::Spoil;
use model::init::{Init, Options};
use model::record::Trace;
use model::replay::{assert_refuses_changes, replay};
use model::scenario::Happening::{Act, AtRest, BeforeShortRest, Join};
use model::scenario::record_init;
use nix::sys::signal::Signal::*;
use testkit::platform::kernel_remembers_status;
use testkit::reexec::as_ordinary_user;

/// The traces, each with the options of `init`.
fn traces() -> [(Options, Trace); 7] {
    let options = |grace_period, group| Options { grace_period, group, kernel_reaps: kernel_remembers_status() };
    let orphans = ["$bin/orphan-maker one-by-one 5", "$bin/orphan-maker dead", "kill -USR1 1"];
    let in_rest = if kernel_remembers_status() { BeforeShortRest(SIGUSR1) } else { AtRest(SIGUSR1) };
    let all = [&[Act; 2][..], &[AtRest(SIGSTOP), AtRest(SIGCHLD), in_rest], &[Act]].concat();
    let deaf = "trap '' TERM USR1; sleep 1000 &";
    [
        (options(false, false), record_init(&[], &orphans, &all)),
        (Options { kernel_reaps: false, ..options(false, false) }, record_init(&["-w"], &orphans, &[Act; 3])),
        (options(true, false), record_init(&["-t", "5"], &["sleep 1000 &", ":"], &[Act; 2])),
        (options(true, false), record_init(&["-t", "1"], &[deaf], &[Act, AtRest(SIGTERM), AtRest(SIGUSR1)])),
        (options(true, false), record_init(&["-t", "1"], &[":"], &[Join, Act])),
        (
            options(true, true),
            record_init(&["-gt5"], &["sleep 1000 & setsid sleep 1000 &", ":"], &[Act, AtRest(SIGTERM), Act]),
        ),
        (options(false, true), record_init(&["-g"], &["kill -USR1 1", "kill 1"], &[Act; 2])),
    ]
}

/// Whether a spoiled `init` makes other calls in one of the traces.
fn is_visible(spoil: Spoil) -> bool {
    use Spoil::*;
    match spoil {
        AsksOnce | IgnoresHangUp => false, // only if the kernel reaps the program between two certain calls
        LooksOnce | RestWithoutOthers | RestWithoutLimit | NoRest | ForgetsSignalInRest | FlagWithoutLook => {
            kernel_remembers_status()
        }
        _ => true,
    }
}

#[test]
fn the_automaton_makes_the_calls_of_the_real_init() {
    let traces = traces();
    for (options, trace) in &traces {
        let real = Init::new(*options, None);
        replay(real.clone(), trace).unwrap_or_else(|refusal| panic!("{refusal}: {options:?}, {trace:#?}"));
        println!("init, {options:?}: {} calls", trace.len());
        assert_refuses_changes(&real, trace);
    }
    for (spoil, _) in Spoil::ALL {
        let accepts = |(options, trace): &(Options, Trace)| replay(Init::new(*options, Some(spoil)), trace).is_ok();
        assert!(!is_visible(spoil) || !traces.iter().all(accepts), "{spoil:?}");
    }
}

#[test]
fn an_ordinary_user_gets_the_same() {
    as_ordinary_user("an_ordinary_user_gets_the_same");
}
