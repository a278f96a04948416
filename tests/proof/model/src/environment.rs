//! The surroundings of process 1: what other processes do, within bounds, at any moment.

use crate::kernel::processes::Life;
use crate::kernel::signals::Sender;
use crate::kernel::{Kernel, Timer};

/// What the surroundings may still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Environment {
    /// How many orphans may still be made.
    pub orphans: u8,
    /// How many processes may still join the PID namespace, whose parents are outside.
    pub joins: u8,
    /// How many processes of the program's group may still become orphans.
    pub members: u8,
    /// How many signals may still be sent.
    pub signals: u8,
    /// How many times process 1 may still be stopped or frozen.
    pub stops: u8,
    /// How many processes may still be traced.
    pub tracers: u8,
}

/// Something that happens around process 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Process 1 adopts an orphan.
    Adopt,
    /// Process 1 adopts a zombie.
    AdoptZombie,
    /// A process ends.
    End(usize),
    /// Somebody begins to trace a process.
    Trace(usize),
    /// The tracer detaches or ends.
    LetGo(usize),
    /// Somebody sends process 1 a signal.
    Send(i32, Sender),
    /// Process 1 is stopped or frozen.
    Stop,
    /// Process 1 is continued or thawed.
    Resume,
    /// A process joins the PID namespace.
    Join,
    /// Process 1 adopts an orphan in the program's group.
    AdoptMember,
    /// The kernel goes on reaping the program.
    ReapFurther,
    /// The timer fires.
    FireTimer,
    /// The supervisor sends process 1 SIGKILL.
    Kill,
}

impl Environment {
    /// All that may happen now. `signals` are those that are sent, each by its sender.
    pub fn events(&self, kernel: &Kernel, signals: &[(i32, Sender)]) -> Vec<Event> {
        let mut events = Vec::new();
        // The container of `init` has no processes but those that others have started.
        let can_fork = kernel.owed.is_none() || kernel.processes.iter().any(|process| process.life == Life::Runs);
        if self.orphans > 0 && can_fork {
            events.extend([Event::Adopt, Event::AdoptZombie]);
        }
        events.extend((self.joins > 0 && can_fork).then_some(Event::Join));
        events.extend((self.members > 0 && kernel.program.is_some() && can_fork).then_some(Event::AdoptMember));
        for (index, process) in kernel.processes.iter().enumerate() {
            match (process.life, process.is_traced) {
                (Life::Runs, false) => {
                    events.push(Event::End(index));
                    events.extend((self.tracers > 0).then_some(Event::Trace(index)));
                }
                (Life::Runs, true) => events.extend([Event::End(index), Event::LetGo(index)]),
                (Life::Zombie, true) => events.push(Event::LetGo(index)),
                (Life::Zombie, false) => {}
                (Life::Dying | Life::Remembered, _) => events.push(Event::ReapFurther),
            }
        }
        if self.signals > 0 {
            events.extend(signals.iter().map(|(number, sender)| Event::Send(*number, *sender)));
        }
        if kernel.timer != Timer::Off && !kernel.pending.contains_key(&libc::SIGALRM) {
            events.push(Event::FireTimer);
        }
        if kernel.is_stopped {
            events.push(Event::Resume);
        } else if self.stops > 0 {
            events.push(Event::Stop);
        }
        events
    }

    /// Lets an event happen to everything but a signal, which the caller sends.
    pub fn happen(&mut self, event: Event, kernel: &mut Kernel) {
        match event {
            Event::Adopt => {
                self.orphans -= 1;
                kernel.adopt();
            }
            Event::AdoptZombie => {
                self.orphans -= 1;
                kernel.adopt_zombie();
            }
            Event::End(index) => kernel.end(index),
            Event::Trace(index) => {
                self.tracers -= 1;
                kernel.processes[index].is_traced = true;
            }
            Event::LetGo(index) => kernel.let_go(index),
            Event::Send(..) => self.signals -= 1,
            Event::Stop => {
                self.stops -= 1;
                kernel.stop();
            }
            Event::Resume => kernel.resume(),
            Event::Join => {
                self.joins -= 1;
                kernel.adopt();
                kernel.newest_process().is_child = false;
            }
            Event::AdoptMember => {
                self.members -= 1;
                kernel.adopt();
                kernel.newest_process().is_member = true;
            }
            Event::ReapFurther => drop(kernel.reap_further()),
            Event::FireTimer => drop(kernel.fire_timer()),
            Event::Kill => kernel.kill_process_1(),
        }
    }
}
