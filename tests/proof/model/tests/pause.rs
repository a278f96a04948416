//! Every order of what can happen to `pause`, within bounds, and the control: a spoiled `pause` breaks a promise.

use model::bounds::{PAUSE_LONG, PAUSE_QUICK};
use model::pause::spoil::Spoil;
use model::pause_check::check;
use model::search::{assert_breaks, assert_holds};

#[test]
fn pause_keeps_its_promises_in_every_order() {
    assert_holds("pause", check(false, PAUSE_QUICK, None));
    assert_holds("pause --guard", check(true, PAUSE_QUICK, None));
}

#[test]
#[ignore = "it takes minutes"]
fn pause_keeps_its_promises_in_every_order_of_more_events() {
    assert_holds("pause", check(false, PAUSE_LONG, None));
    assert_holds("pause --guard", check(true, PAUSE_LONG, None));
}

#[test]
fn every_spoiled_pause_breaks_a_promise() {
    for (spoil, promise) in Spoil::ALL {
        let is_guarded = matches!(spoil, Spoil::GuardTrustsId | Spoil::GuardTrustsCode);
        assert_breaks(&format!("{spoil:?}"), check(is_guarded, PAUSE_QUICK, Some(spoil)), promise);
    }
}
