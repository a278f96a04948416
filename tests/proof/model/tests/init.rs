//! Every order of what can happen to `init`, within bounds, and the control: a spoiled `init` breaks a promise.

use model::bounds::{INIT_LONG, INIT_QUICK, TWO_ORPHANS};
use model::init::Options;
use model::init::spoil::Spoil;
use model::init_check::check;
use model::search::{assert_breaks, assert_holds};

fn all_options() -> Vec<Options> {
    let both = [false, true];
    let pairs = both.into_iter().flat_map(|grace_period| both.map(|group| (grace_period, group)));
    pairs
        .flat_map(|(grace_period, group)| both.map(|kernel_reaps| Options { grace_period, group, kernel_reaps }))
        .collect()
}

#[test]
fn init_keeps_its_promises_in_every_order() {
    for options in all_options() {
        for environment in INIT_QUICK {
            assert_holds(&format!("init {options:?}"), check(options, environment, None));
        }
    }
}

#[test]
#[ignore = "it takes minutes"]
fn init_keeps_its_promises_in_every_order_of_more_events() {
    for options in all_options() {
        for environment in INIT_LONG {
            assert_holds(&format!("init {options:?}"), check(options, environment, None));
        }
    }
}

#[test]
fn every_spoiled_init_breaks_a_promise() {
    use Spoil::*;
    for (spoil, promise) in Spoil::ALL {
        let group = matches!(spoil, ForgetsForwarded | NoGroup);
        let kernel_reaps = !matches!(spoil, StatusOfAnyChild | WaitsAfterOne | SigchldWithoutLook);
        let is_about_others = group || matches!(spoil, NoGrace | SkipsOutsiders | NeverAsks | ForgetsRequest);
        let options = Options { grace_period: true, group, kernel_reaps };
        let environment = match spoil {
            WaitsAfterOne => TWO_ORPHANS,
            _ => INIT_QUICK[usize::from(is_about_others)],
        };
        assert_breaks(&format!("{spoil:?}"), check(options, environment, Some(spoil)), promise);
    }
}
