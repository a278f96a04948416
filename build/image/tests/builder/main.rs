//! Runs `image` on projects with binaries made by hand.

mod faults;
mod images;
mod layout;
mod outputs;
mod partial;
mod project;
mod statements;
mod zombies;
