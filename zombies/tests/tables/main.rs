//! Tables of what `zombies` parses and decides, without processes.

mod cgroups;
mod containers;
mod fields;
mod verdicts;
mod words;
