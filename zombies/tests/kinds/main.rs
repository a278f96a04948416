//! `zombies` tells each kind of zombie, made for real in a pod of the testkit.

mod names;
mod only_looks;
mod page;
mod pages_programs;
mod pods;
mod reports;
mod runtimes;
mod sandbox;
mod scale;
mod visibility;
mod watch;
