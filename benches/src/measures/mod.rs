//! What is measured. A sandbox is a process 1 in a PID namespace of its own, with a child if it needs one. The measures
//! with orphans use a pod.

pub mod child_latency;
pub mod density;
pub mod freezing;
pub mod idle;
pub mod lost_sigterm;
pub mod memory;
pub mod orphan_throughput;
pub mod shutdown;
pub mod size;
pub mod starvation;
pub mod system_calls;
pub mod version;
