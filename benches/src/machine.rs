//! Describes this machine, and checks that the benchmark can run on it.

use crate::statistics::rounded;
use anyhow::{Context, Result, ensure};
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
    /// In GiB.
    pub memory: f64,
    pub kernel: String,
    pub cgroups: &'static str,
    /// Whether this machine grants the real-time priority with which the measures read the clock.
    pub real_time: bool,
}

impl Machine {
    pub fn this() -> Result<Self> {
        Ok(Self {
            model: CpuInfo::current()?.model_name(0).unwrap_or("unknown").to_owned(),
            architecture: ARCH,
            cpus: available_parallelism()?.get(),
            memory: rounded(Meminfo::current()?.mem_total as f64 / f64::from(1 << 30)),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")?.trim().to_owned(),
            cgroups: match Cgroup::new()?.version() {
                Version::V1 => "v1",
                Version::V2 => "v2",
            },
            real_time: RealtimePriority::take()?.is_granted,
        })
    }
}

/// Fails early if this user is not root, or if control groups cannot be made.
pub fn check() -> Result<()> {
    ensure!(geteuid().is_root(), "run it as root: it needs namespaces, control groups and real-time priority");
    Cgroup::new().context("cannot make a control group")?;
    Ok(())
}
