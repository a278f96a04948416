//! `init` as the real process 1 of real namespaces: one module for each promise, and the modules that they share.

mod asked_once;
mod binary;
mod descriptors;
mod exec;
mod given;
mod grace_period;
mod grammar;
mod groups;
mod handed_down;
mod job_control;
mod option_values;
mod options;
mod orphans;
mod run;
mod service_manager;
mod signals;
mod status;
mod terminal;
