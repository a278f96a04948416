//! Tables of what `zombies` parses and decides, without processes.

mod cgroups;
mod containers;
mod fields;
mod looks;
mod verdicts;
mod words;
