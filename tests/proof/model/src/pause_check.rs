//! What is checked of `pause`: where it begins, what may happen, and what must hold.

use crate::environment::Environment;
use crate::kernel::signals::Sender;
use crate::kernel::{Kernel, Kind, Refused};
use crate::pause::Pause;
use crate::pause::spoil::Spoil;
use crate::promises;
use crate::world::{Alone, Check, World};
use libc::{SIGCHLD, SIGINT, SIGTERM};
use stateright::Property;

type Checked = Check<Pause>;
type State = World<Pause>;

/// `pause`, with or without `--guard`, in these surroundings, on every kind of kernel.
pub fn check(is_guarded: bool, environment: Environment, spoil: Option<Spoil>) -> Checked {
    let mut beginnings = Vec::new();
    let mut begin = |kernel| beginnings.push(World::new(Pause::new(is_guarded, 1, spoil), kernel, environment));
    for reaps in [true, false] {
        let fresh = Kernel::new(Kind { reaps, refuses: None });
        let mut with_child = fresh.clone();
        with_child.adopt();
        let ignoring = Kernel { ignores_sigchld: true, ..with_child.clone() };
        [fresh, with_child, ignoring].into_iter().for_each(&mut begin);
    }
    for refuses in [None, Some(Refused::Mask), Some(Refused::Action), Some(Refused::Wait), Some(Refused::Messages)] {
        let mut with_zombie = Kernel::new(Kind { reaps: true, refuses });
        with_zombie.adopt_zombie();
        begin(with_zombie);
    }
    let ends = [SIGINT, SIGTERM].into_iter();
    let how = if is_guarded {
        &[Sender::Outside, Sender::OutsideQueue, Sender::Inside, Sender::InsideForged, Sender::Kernel][..]
    } else {
        &[Sender::Outside, Sender::Inside] // without the guard, the sender makes no difference
    };
    let mut senders: Vec<_> = ends.flat_map(|number| how.iter().map(move |sender| (number, *sender))).collect();
    senders.push((SIGCHLD, Sender::Inside));
    let asks = if is_guarded { asks_guarded } else { asks };
    Check { beginnings, senders, asks, properties }
}

fn asks(number: i32, _: Sender) -> bool {
    number != SIGCHLD
}

fn asks_guarded(number: i32, sender: Sender) -> bool {
    number != SIGCHLD && matches!(sender, Sender::Outside | Sender::Kernel)
}

fn properties() -> Vec<Property<Checked>> {
    let mut properties = promises::of_both();
    properties.extend([
        Property::always("SIGCHLD announces each zombie", |_: &Checked, world: &State| {
            !promises::sleeps_beside_zombie(world) || world.kernel.pending.contains_key(&SIGCHLD)
        }),
        Property::always("no request to end is lost", |_: &Checked, world: &State| {
            !world.is_asked || matches!(world.alone, Alone::Leaves(_))
        }),
        Property::always("its supervisor never has to kill it", |_: &Checked, world: &State| !world.kernel.is_killed()),
        Property::always("a request to end wakes it from every sleep", |_: &Checked, world: &State| {
            !promises::sleeps_through(world, |number| [SIGINT, SIGTERM].contains(&number))
        }),
        Property::always("each status has its cause", |_: &Checked, world: &State| match world.kernel.left {
            None => true,
            Some(0) => world.kernel.last_taken.is_some_and(|sent| [SIGINT, SIGTERM].contains(&sent.info.number)),
            Some(1) => world.kernel.kind.refuses == Some(Refused::Mask),
            Some(3) => world.kernel.kind.refuses == Some(Refused::Action),
            Some(42) => world.kernel.kind.refuses == Some(Refused::Wait),
            Some(_) => world.kernel.is_killed(),
        }),
        Property::always("a refusal ends it", |_: &Checked, world: &State| {
            let is_fatal = !matches!(world.kernel.kind.refuses, None | Some(Refused::Messages));
            !is_fatal || matches!(world.alone, Alone::Leaves(_))
        }),
        Property::always(
            "where the kernel reaps, an orphan is no zombie while it waits",
            |_: &Checked, world: &State| !(world.kernel.kind.reaps && promises::sleeps_beside_zombie(world)),
        ),
        Property::always("it rests between two SIGCHLD", |_: &Checked, world: &State| {
            world.kernel.sigchld_in_a_row < 2
        }),
        // The model itself: these must be reachable.
        Property::sometimes("it exits with 0", |_: &Checked, world: &State| world.kernel.left == Some(0)),
        Property::sometimes("it exits with 42", |_: &Checked, world: &State| world.kernel.left == Some(42)),
        Property::always("with the guard, no signal from inside ends it", |_: &Checked, world: &State| {
            let by_inside = || world.kernel.last_taken.is_some_and(|sent| sent.sender.is_inside());
            !(world.program.is_guarded && world.kernel.left == Some(0) && by_inside())
        }),
    ]);
    properties
}
