//! A program, the kernel and the surroundings as one state, and every step from it.

use crate::call::{Answer, Call, Program};
use crate::environment::{Environment, Event};
use crate::kernel::Kernel;
use crate::kernel::signals::Sender;
use stateright::{Model, Property};
use std::fmt::Debug;
use std::hash::Hash;

/// How many calls process 1 may make until it rests or has left, if nothing else happens.
const CALLS: usize = 60;

/// One state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World<P> {
    /// Process 1.
    pub program: P,
    /// The kernel.
    pub kernel: Kernel,
    /// What may still happen.
    pub environment: Environment,
    /// Whether a request to end was kept for process 1, and counts.
    pub is_asked: bool,
    /// What becomes of process 1 if nothing happens from now on.
    pub alone: Alone,
}

/// What becomes of process 1 if nothing happens any more, except that it is continued and that time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alone {
    /// It exits with this status.
    Leaves(i32),
    /// It sleeps until something happens.
    Sleeps {
        /// How many children are zombies that it could reap.
        zombies: usize,
        /// Whether `init` has yet to forward a signal.
        is_in_debt: bool,
    },
    /// It neither exits nor sleeps.
    Spins,
}

/// A step from one state to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Process 1 makes a call, and the kernel gives the answer with this index. `None`: it falls asleep.
    Call(usize, Call, Option<Answer>),
    /// Something happens around it.
    Event(Event),
}

/// A program to check.
pub struct Check<P: Program> {
    /// The states to begin with.
    pub beginnings: Vec<World<P>>,
    /// The signals that may be sent.
    pub senders: Vec<(i32, Sender)>,
    /// Whether a signal that was sent so asks process 1 to end.
    pub asks: fn(i32, Sender) -> bool,
    /// What must hold.
    pub properties: fn() -> Vec<Property<Self>>,
}

impl<P: Program> World<P> {
    /// A program that was just executed.
    pub fn new(program: P, kernel: Kernel, environment: Environment) -> Self {
        let mut world = Self { program, kernel, environment, is_asked: false, alone: Alone::Spins };
        world.alone = world.foresee();
        world
    }

    /// All that the kernel may do with the program's call now.
    fn answers(&self) -> Vec<(Kernel, Option<Answer>)> {
        self.kernel.answers(self.program.call())
    }

    /// Takes one of [`answers`](Self::answers). Calls that do not concern anybody else follow at once: in which order they
    /// mix with other steps makes no difference.
    fn take(&mut self, (kernel, answer): (Kernel, Option<Answer>)) {
        self.kernel = kernel;
        let Some(answer) = answer else { return };
        if self.kernel.left.is_some() {
            return;
        }
        debug_assert!(self.program.call().may_get(&answer), "{answer:?} to {:?}", self.program.call());
        self.program.returned(answer);
        if self.program.call().is_private() {
            self.take(self.answers().remove(0));
        }
    }

    /// Whether process 1 was asked to end, and sleeps on however much time passes. Then its supervisor kills it: the
    /// supervisor's grace period is longer than that of `init`.
    fn is_killed_in_the_end(&self) -> bool {
        let kernel = &mut self.kernel.clone();
        let sleeps_on = kernel.is_asleep && !kernel.is_stopped && self.answers().is_empty();
        self.is_asked && sleeps_on && !kernel.reap_further() && !kernel.fire_timer()
    }

    /// What becomes of process 1 from now on if nothing else happens.
    fn foresee(&self) -> Alone {
        let mut world = self.clone();
        world.kernel.resume();
        for _ in 0..CALLS {
            if let Some(status) = world.kernel.left {
                return Alone::Leaves(status);
            }
            let mut answers = world.answers();
            let waits = answers.is_empty() || answers[0].1 == Some(Answer::Failed(libc::EAGAIN));
            // Before a limit is over, the kernel goes on, and so does the time of the timer.
            if waits && world.kernel.is_asleep && (world.kernel.reap_further() || world.kernel.fire_timer()) {
                continue;
            }
            if answers.is_empty() {
                let zombies = world.kernel.processes.iter().filter(|process| process.can_be_reaped()).count();
                let is_in_debt = world.kernel.owed.iter().flatten().any(|(_, count)| *count != 0);
                return Alone::Sleeps { zombies, is_in_debt };
            }
            world.take(answers.remove(0));
        }
        Alone::Spins
    }
}

impl Call {
    /// Whether neither the call nor its answer depends on other processes or on signals.
    fn is_private(self) -> bool {
        use Call::*;
        matches!(
            self,
            DropCapabilities
                | ForbidNewPrivileges
                | GetPid
                | GetStreamFlags
                | SetStreamFlags(_)
                | Write(_)
                | MakeGroup(_)
                | OpenPidfd(_)
        )
    }
}

impl<P: Program> Model for Check<P> {
    type State = World<P>;
    type Action = Step;

    fn init_states(&self) -> Vec<World<P>> {
        self.beginnings.clone()
    }

    fn actions(&self, world: &World<P>, steps: &mut Vec<Step>) {
        if world.kernel.left.is_some() {
            return;
        }
        let answers = world.answers().into_iter().enumerate();
        steps.extend(answers.map(|(index, (_, answer))| Step::Call(index, world.program.call(), answer)));
        steps.extend(world.environment.events(&world.kernel, &self.senders).into_iter().map(Step::Event));
        steps.extend(world.is_killed_in_the_end().then_some(Step::Event(Event::Kill)));
    }

    fn next_state(&self, last: &World<P>, step: Step) -> Option<World<P>> {
        let mut world = last.clone();
        match step {
            Step::Call(index, ..) => world.take(last.answers().swap_remove(index)),
            Step::Event(event) => {
                world.environment.happen(event, &mut world.kernel);
                if let Event::Send(number, sender) = event {
                    let is_owed = !world.kernel.pending.contains_key(&number) && (self.asks)(number, sender);
                    world.kernel.send(number, sender);
                    // Once it has made a call, no request may be lost, whether it was kept or not.
                    world.is_asked |= is_owed && world.kernel.has_called;
                }
            }
        }
        world.alone = world.foresee();
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        (self.properties)()
    }
}
