//! `init` as the real process 1 of real namespaces: one module for each promise.

mod binary;
mod exec;
mod farewell;
mod faults;
mod groups;
mod options;
mod orphans;
mod run;
mod signals;
mod status;
mod terminal;
