//! The program as engines start it, with a wrapped runtime that writes down how it was called: bundles, configurations and
//! interruptions of all kinds.

mod bundles;
mod configuration;
mod handed_on;
mod interrupted;
mod place;
mod refused;
