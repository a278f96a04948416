//! The image: each tool that loads images takes the archive, shows what the table of platforms and Cargo.toml have, and
//! runs it if it can.

mod containerd;
mod docker;
mod documents;
mod emulated;
mod expected;
mod podman;
mod skopeo;
