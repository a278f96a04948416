//! `zombies` tells each kind of zombie, made for real in a pod of the testkit.

mod page;
mod pages_programs;
mod sandbox;
