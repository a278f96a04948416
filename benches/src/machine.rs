//! This machine, in a few words, and whether it is fit for the bench.

use crate::Result;
use nix::unistd::geteuid;
use procfs::{CpuInfo, Current, Meminfo};
use serde::Serialize;
use std::env::consts::ARCH;
use std::fs;
use std::thread::available_parallelism;
use testkit::cgroup::{Cgroup, Version};
use testkit::realtime::RealtimePriority;

#[derive(Serialize)]
pub struct Machine {
    pub model: String,
    pub architecture: &'static str,
    pub cpus: usize,
    /// GiB.
    pub memory: f64,
    pub kernel: String,
    pub cgroups: &'static str,
    /// Whether the clock was read with real-time priority.
    pub real_time: bool,
}

impl Machine {
    pub fn this() -> Result<Self> {
        let cpu = CpuInfo::current()?;
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
        Ok(Self {
            model: cpu.model_name(0).unwrap_or("unknown").to_owned(),
            architecture: ARCH,
            cpus: available_parallelism()?.get(),
            memory: crate::statistics::rounded(Meminfo::current()?.mem_total as f64 / f64::from(1 << 30)),
            kernel: kernel.trim().to_owned(),
            cgroups: match Cgroup::new()?.version() {
                Version::V1 => "v1",
                Version::V2 => "v2",
            },
            real_time: RealtimePriority::take()?.is_granted,
        })
    }
}

/// Says what is missing, before minutes are spent.
pub fn is_fit() -> Result<()> {
    if !geteuid().is_root() {
        return Err(
            "it makes namespaces and control groups, and reads the clock with real-time priority: call it as root"
                .into(),
        );
    }
    Cgroup::new().map_err(|error| format!("no control group can be made: {error}"))?;
    Ok(())
}
