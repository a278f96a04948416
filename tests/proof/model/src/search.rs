//! Searches all states, or the shortest way to a broken promise, and prints how many states and seconds that took.

use crate::call::Program;
use crate::world::{Check, Step};
use stateright::{Checker, HasDiscoveries, Model};
use std::collections::BTreeSet;
use std::time::Instant;

/// Visits every state, and asserts every property.
///
/// # Panics
/// If one does not hold. The message shows the steps to there.
pub fn assert_holds<P: Program>(name: &str, check: Check<P>) {
    let start = Instant::now();
    let checked = check.checker().spawn_bfs().join();
    println!("{name}: {} states, {:.1} s", checked.unique_state_count(), start.elapsed().as_secs_f32());
    checked.assert_properties();
}

/// Searches for a state in which this property does not hold, and returns the steps to there.
///
/// # Panics
/// If it holds in every state, or if there is no such property.
#[track_caller]
pub fn assert_breaks<P: Program>(name: &str, check: Check<P>, property: &'static str) -> Vec<Step> {
    let start = Instant::now();
    let wanted = HasDiscoveries::AllOf(BTreeSet::from([property]));
    let checked = check.checker().finish_when(wanted).spawn_bfs().join();
    let path = checked.discovery(property);
    let states = checked.unique_state_count();
    let path = path.unwrap_or_else(|| panic!("{name} keeps the promise {property:?} in all {states} states"));
    assert_eq!(checked.discovery_classification(property).to_string(), "counterexample", "{property}");
    let steps = path.into_actions();
    let (count, seconds) = (steps.len(), start.elapsed().as_secs_f32());
    println!("{name} breaks {property:?} in {count} steps; {states} states, {seconds:.1} s");
    steps
}
