//! How often everything is done: the one table.

/// Rounds, where nothing else is said; every round has every peer once.
#[derive(Clone, Copy)]
pub struct Effort {
    pub name: &'static str,
    pub memory: usize,
    /// How many sandboxes there are at once, each with its rounds.
    pub crowds: &'static [(usize, usize)],
    pub version: usize,
    /// At each delay.
    pub loss: usize,
    pub child: usize,
    pub shutdown: usize,
    pub storm: usize,
    /// Orphans of each storm.
    pub orphans: u32,
    pub famine: usize,
    pub calls: usize,
}

/// In under five minutes.
pub const FULL: Effort = Effort {
    name: "full",
    memory: 101,
    crowds: &[(100, 5), (1000, 5), (10_000, 1)],
    version: 1000,
    loss: 40,
    child: 300,
    shutdown: 300,
    storm: 7,
    orphans: 2000,
    famine: 3,
    calls: 3,
};

/// In under one.
pub const QUICK: Effort = Effort {
    name: "quick",
    memory: 21,
    crowds: &[(100, 3), (1000, 1)],
    version: 200,
    loss: 10,
    child: 50,
    shutdown: 50,
    storm: 2,
    orphans: 1000,
    famine: 1,
    calls: 1,
};
