//! Traces of the real `pause` are replayed on its automaton, which must make the same calls. Controls: a changed trace and
//! a spoiled automaton are refused.

use model::pause::{Pause, Spoil};
use model::record::Trace;
use model::replay::{assert_refuses_changes, replay};
use model::scenario::Outside::{AtRest, BeforeShortRest};
use model::scenario::record_pause;
use nix::sys::signal::Signal::*;

/// Spoils that show only if the kernel refuses a call. No call is refused here.
const INVISIBLE: [Spoil; 2] = [Spoil::IgnoresRefusal, Spoil::IgnoresRefusedMask];

/// The traces, each with whether it has the guard.
fn traces() -> [(bool, Trace); 3] {
    let acts =
        ["orphan-maker one-by-one 5", "orphan-maker dead", "orphan-maker together 3", "orphan-maker kill 17 10 1"];
    let interrupt = ["orphan-maker kill 2"];
    let forge = ["attacker kill 15", "attacker tgkill 2", "attacker queue 15 -1", "attacker queue 2 -60"];
    [
        (
            false,
            record_pause(&[], &acts, &[AtRest(SIGUSR1), AtRest(SIGSTOP), AtRest(SIGCHLD), BeforeShortRest(SIGTERM)]),
        ),
        (false, record_pause(&["ignored"], &interrupt, &[])),
        (true, record_pause(&["--guard"], &forge, &[AtRest(SIGSTOP), AtRest(SIGCHLD), BeforeShortRest(SIGINT)])),
    ]
}

#[test]
fn the_automaton_makes_the_calls_of_the_real_pause() {
    let traces = traces();
    for (is_guarded, trace) in &traces {
        replay(Pause::real(*is_guarded), trace).unwrap_or_else(|refusal| panic!("{refusal}: {trace:#?}"));
        println!("guard {is_guarded}: {} calls", trace.len());
        assert_refuses_changes(&Pause::real(*is_guarded), trace);
    }
    for (spoil, _) in Spoil::ALL {
        let accepts =
            |(is_guarded, trace): &(bool, Trace)| replay(Pause::new(*is_guarded, 100, Some(spoil)), trace).is_ok();
        assert_eq!(traces.iter().all(accepts), INVISIBLE.contains(&spoil), "{spoil:?}");
    }
}
