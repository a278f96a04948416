//! Tests of `init` as process 1 of real namespaces, one module per promise. `run` holds what they share.

mod binary;
mod exec;
mod grace_period;
mod groups;
mod inherited;
mod job_control;
mod options;
mod orphans;
mod run;
mod signals;
mod status;
mod terminal;
