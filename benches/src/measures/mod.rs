//! What is measured. A sandbox is a process 1 in a PID namespace of its own, and its children where it needs some; where
//! a storm rages it is a whole pod.

pub mod calls;
pub mod child;
pub mod crowd;
pub mod famine;
pub mod idle;
pub mod loss;
pub mod memory;
pub mod shutdown;
pub mod size;
pub mod storm;
pub mod version;
