//! Every order of what can happen to `pause`, within bounds, and the control: a spoiled `pause` breaks a promise.

use model::environment::Environment;
use model::pause::spoil::Spoil;
use model::pause_check::check;
use model::search::{assert_breaks, assert_holds};

/// What may happen in a quick run.
const QUICK: Environment = Environment { orphans: 1, joins: 0, members: 0, signals: 2, stops: 1, tracers: 1 };

/// What may happen in a long run.
const LONG: Environment = Environment { orphans: 2, joins: 0, members: 0, signals: 3, stops: 2, tracers: 1 };

#[test]
fn pause_keeps_its_promises_in_every_order() {
    assert_holds("pause", check(false, QUICK, None));
    assert_holds("pause --guard", check(true, QUICK, None));
}

#[test]
#[ignore = "it takes minutes"]
fn pause_keeps_its_promises_in_every_order_of_more_events() {
    assert_holds("pause", check(false, LONG, None));
    assert_holds("pause --guard", check(true, LONG, None));
}

#[test]
fn every_spoiled_pause_breaks_a_promise() {
    for (spoil, promise) in Spoil::ALL {
        let is_guarded = matches!(spoil, Spoil::GuardTrustsId | Spoil::GuardTrustsCode);
        assert_breaks(&format!("{spoil:?}"), check(is_guarded, QUICK, Some(spoil)), promise);
    }
}
