//! How many samples are taken: the one table.

/// Rounds, each of which measures every peer once, unless noted otherwise.
#[derive(Clone, Copy)]
pub struct SampleCounts {
    pub name: &'static str,
    pub memory: usize,
    /// Numbers of sandboxes that run at the same time, with the rounds of each.
    pub density: &'static [(usize, usize)],
    pub version: usize,
    /// For each delay.
    pub lost_sigterm: usize,
    pub child_latency: usize,
    pub shutdown: usize,
    pub orphan_throughput: usize,
    /// Orphans in a sample, of all containers.
    pub orphans: u32,
    pub starvation: usize,
    pub freezing: usize,
    pub system_calls: usize,
}

/// Takes less than ten minutes.
pub const FULL: SampleCounts = SampleCounts {
    name: "full",
    memory: 101,
    density: &[(100, 5), (1000, 5), (10_000, 1)],
    version: 1000,
    lost_sigterm: 40,
    child_latency: 300,
    shutdown: 300,
    orphan_throughput: 7,
    orphans: 4000,
    starvation: 3,
    freezing: 3,
    system_calls: 3,
};

/// Takes less than a minute.
pub const QUICK: SampleCounts = SampleCounts {
    name: "quick",
    memory: 21,
    density: &[(100, 3), (1000, 1)],
    version: 200,
    lost_sigterm: 10,
    child_latency: 50,
    shutdown: 50,
    orphan_throughput: 2,
    orphans: 2000,
    starvation: 1,
    freezing: 1,
    system_calls: 1,
};
