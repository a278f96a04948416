//! The container runtimes.

pub mod containerd;
pub mod docker;
pub mod kube_play;
pub mod podman;
