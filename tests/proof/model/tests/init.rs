//! Every order of what can happen to `init`, within bounds, and the control: a spoiled `init` breaks a promise.

use model::environment::Environment;
use model::init::Options;
use model::init::spoil::Spoil;
use model::init_check::check;
use model::search::{assert_breaks, assert_holds};

/// What may happen in quick runs: around the end of the program, and in the grace period.
const QUICK: [Environment; 2] = [
    Environment { orphans: 1, joins: 0, members: 0, signals: 1, stops: 1, tracers: 0 },
    Environment { orphans: 0, joins: 1, members: 1, signals: 1, stops: 0, tracers: 0 },
];

/// What must happen so that one SIGCHLD stands for two.
const TWO_ORPHANS: Environment = Environment { orphans: 2, joins: 0, members: 0, signals: 0, stops: 0, tracers: 0 };

/// What may happen in a long run.
const LONG: Environment = Environment { orphans: 1, joins: 1, members: 1, signals: 2, stops: 1, tracers: 0 };

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
        for environment in QUICK {
            assert_holds(&format!("init {options:?}"), check(options, environment, None));
        }
    }
}

#[test]
#[ignore = "it takes half an hour"]
fn init_keeps_its_promises_in_every_order_of_more_events() {
    for options in all_options() {
        assert_holds(&format!("init {options:?}"), check(options, LONG, None));
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
            _ => QUICK[usize::from(is_about_others)],
        };
        assert_breaks(&format!("{spoil:?}"), check(options, environment, Some(spoil)), promise);
    }
}
