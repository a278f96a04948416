//! The container runtimes.

pub mod containerd;
pub mod docker;
pub mod podman;
