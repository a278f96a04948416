//! What is checked of `init`: where it begins, what may happen, and what must hold.

use crate::environment::Environment;
use crate::init::spoil::Spoil;
use crate::init::{Init, Options};
use crate::kernel::processes::Life;
use crate::kernel::program::STATUS;
use crate::kernel::signals::Sender;
use crate::kernel::{Kernel, Kind, Timer};
use crate::promises;
use crate::world::{Alone, Check, World};
use libc::{SIGCHLD, SIGTERM, SIGUSR1};
use stateright::Property;
use std::collections::BTreeMap;

type Checked = Check<Init>;
type State = World<Init>;

/// `init` with these options in these surroundings.
pub fn check(options: Options, environment: Environment, spoil: Option<Spoil>) -> Checked {
    let kind = Kind { reaps: true, refuses: None };
    let fresh = Kernel { owed: Some(BTreeMap::new()), ..Kernel::new(kind) };
    let mut with_zombie = fresh.clone();
    with_zombie.adopt_zombie();
    let begin = |kernel| World::new(Init::new(options, spoil), kernel, environment);
    Check {
        beginnings: [fresh, with_zombie].into_iter().map(begin).collect(),
        senders: vec![(SIGTERM, Sender::Outside), (SIGUSR1, Sender::Inside)],
        asks: |number, sender| number == SIGTERM && sender == Sender::Outside,
        properties,
    }
}

fn properties() -> Vec<Property<Checked>> {
    let mut properties = promises::of_both();
    properties.extend([
        Property::always("it forwards each signal", |_: &Checked, world: &State| match world.alone {
            Alone::Sleeps { is_in_debt, .. } => !is_in_debt || world.kernel.has_program_ended(),
            _ => true,
        }),
        Property::always("it forwards no signal twice", |_: &Checked, world: &State| {
            world.kernel.owed.iter().flatten().all(|(_, count)| *count >= 0)
        }),
        Property::always("a signal wakes it from every sleep", |_: &Checked, world: &State| {
            !promises::sleeps_through(world, |number| number != SIGCHLD)
        }),
        Property::always("it leaves with the program's status alone", |_: &Checked, world: &State| {
            let is_right = |status| status == STATUS && world.kernel.has_program_ended();
            world.kernel.is_killed() || world.kernel.left.is_none_or(is_right)
        }),
        Property::always("its supervisor kills it only while the program runs", |_: &Checked, world: &State| {
            !world.kernel.is_killed() || !world.kernel.has_program_ended()
        }),
        Property::always("when the program has ended, it leaves", |_: &Checked, world: &State| {
            !world.kernel.has_program_ended() || world.alone == Alone::Leaves(STATUS)
        }),
        Property::always("it leaves while others remain only if the time is over", |_: &Checked, world: &State| {
            let kernel = &world.kernel;
            let is_bound = kernel.left.is_some() && !kernel.is_killed() && world.program.options.grace_period;
            !is_bound || kernel.timer == Timer::HasFired || kernel.processes.is_empty()
        }),
        Property::always("everybody is asked to end when the grace period begins", |_: &Checked, world: &State| {
            let kernel = &world.kernel;
            let newest = kernel.program.and_then(|program| program.newest_at_end).unwrap_or(0);
            let older =
                || kernel.processes.iter().filter(move |process| process.pid <= newest && process.life == Life::Runs);
            kernel.timer == Timer::Off || older().all(|process| process.requests > 0)
        }),
        Property::always("nobody is asked twice", |_: &Checked, world: &State| {
            world.kernel.processes.iter().all(|process| process.requests < 2)
        }),
        Property::always(
            "where the kernel reaps, an orphan is no zombie while it waits",
            |_: &Checked, world: &State| !(world.program.options.kernel_reaps && promises::sleeps_beside_zombie(world)),
        ),
        Property::always("it rests between two SIGCHLD", |_: &Checked, world: &State| {
            !world.program.options.kernel_reaps || world.kernel.sigchld_in_a_row < 2
        }),
        // The model itself: these must be reachable.
        Property::sometimes("its supervisor kills it", |_: &Checked, world: &State| world.kernel.is_killed()),
        Property::sometimes("it exits", |_: &Checked, world: &State| world.kernel.left == Some(STATUS)),
    ]);
    properties
}
