//! Traces of the real `pause` are replayed on its automaton, which must make the same calls. Controls: a changed trace and
//! a spoiled automaton are refused.

use model::pause::Pause;
use model::pause::spoil::Spoil;
use model::record::Trace;
use model::replay::{assert_refuses_changes, replay};
use model::scenario::Happening::{Act, AtRest, BeforeShortRest};
use model::scenario::record_pause;
use nix::sys::signal::Signal::*;
use testkit::reexec::as_ordinary_user;

/// Spoils that show only if the kernel refuses a call. No call is refused here.
const INVISIBLE: [Spoil; 2] = [Spoil::IgnoresRefusal, Spoil::IgnoresRefusedMask];

/// The traces, each with whether it has the guard.
fn traces() -> [(bool, Trace); 3] {
    let orphans = ["$bin/orphan-maker_one-by-one_5", "$bin/orphan-maker_dead", "kill_-CHLD_1"];
    let forged = ["kill_1", "$bin/attacker_tgkill_2", "$bin/attacker_queue_15_-1", "$bin/attacker_queue_2_-60"];
    let stop_and_end = [AtRest(SIGUSR1), AtRest(SIGSTOP), AtRest(SIGCHLD), BeforeShortRest(SIGTERM)];
    [
        (false, record_pause(&[], &orphans, &[&[Act; 3][..], &stop_and_end].concat())),
        (false, record_pause(&["ignored"], &["kill_-INT_1"], &[Act])),
        (true, record_pause(&["--guard"], &forged, &[&[Act; 4][..], &stop_and_end].concat())),
    ]
}

#[test]
fn the_automaton_makes_the_calls_of_the_real_pause() {
    let traces = traces();
    for (is_guarded, trace) in &traces {
        replay(Pause::real(*is_guarded), trace).unwrap_or_else(|refusal| panic!("{refusal}: {trace:#?}"));
        println!("pause, guard {is_guarded}: {} calls", trace.len());
        assert_refuses_changes(&Pause::real(*is_guarded), trace);
    }
    for (spoil, _) in Spoil::ALL {
        let accepts =
            |(is_guarded, trace): &(bool, Trace)| replay(Pause::new(*is_guarded, 100, Some(spoil)), trace).is_ok();
        assert_eq!(traces.iter().all(accepts), INVISIBLE.contains(&spoil), "{spoil:?}");
    }
}

#[test]
fn an_ordinary_user_gets_the_same() {
    as_ordinary_user("an_ordinary_user_gets_the_same");
}
