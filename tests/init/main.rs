//! `init` as the real process 1 of real namespaces: one module for each promise, and the modules that they share.

mod asked_once;
mod binary;
mod descriptors;
mod exec;
mod grace_period;
mod grammar;
mod groups;
mod inherited;
mod job_control;
mod option_values;
mod options;
mod orphans;
mod print_inherited;
mod run;
mod service_manager;
mod signals;
mod status;
mod terminal;
