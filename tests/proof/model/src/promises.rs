//! What must hold of both programs, and the questions that their other promises share.

use crate::call::{Answer, Program};
use crate::world::{Alone, Check, World};
use libc::SIGCHLD;
use stateright::Property;

/// The promises of both, and what must be reachable in the model of both.
pub fn of_both<P: Program>() -> Vec<Property<Check<P>>> {
    vec![
        Property::always("it never spins", |_: &Check<P>, world: &World<P>| world.alone != Alone::Spins),
        Property::always("no zombie stays", |_: &Check<P>, world: &World<P>| match world.alone {
            Alone::Sleeps { zombies, .. } => zombies == 0,
            _ => true,
        }),
        Property::sometimes("it sleeps without a limit", |_: &Check<P>, world: &World<P>| {
            matches!(world.alone, Alone::Sleeps { .. }) && world.kernel.is_asleep
        }),
    ]
}

/// Whether process 1 sleeps while a child is a zombie that it could reap.
pub fn sleeps_beside_zombie<P>(world: &World<P>) -> bool {
    world.kernel.is_asleep && world.kernel.processes.iter().any(|process| process.can_be_reaped())
}

/// Whether process 1 sleeps while one of these signals is pending, and the kernel does not wake it up for a signal other than
/// SIGCHLD.
pub fn sleeps_through<P: Program>(world: &World<P>, is_one: impl Fn(i32) -> bool) -> bool {
    let kernel = &world.kernel;
    let is_woken = || {
        let answers = kernel.answers(world.program.call());
        answers.iter().any(|(_, answer)| matches!(answer, Some(Answer::Taken(info)) if info.number != SIGCHLD))
    };
    let is_pending = kernel.pending.keys().any(|number| is_one(*number));
    is_pending && kernel.is_asleep && !kernel.is_stopped && !is_woken()
}
