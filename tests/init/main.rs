//! Tests of `init` as process 1 of real namespaces. `run` holds the helpers that the modules share.

mod binary;
mod exec;
mod grace_period;
mod groups;
mod inherited;
mod install;
mod job_control;
mod kernel_reaping;
mod options;
mod orphans;
mod parent_death;
mod pause_option;
mod run;
mod signals;
mod status;
mod streams;
mod terminal;
mod waits;

#[test]
fn all_tests_pass_as_an_ordinary_user() {
    testkit::reexec::as_ordinary_user("all_tests_pass_as_an_ordinary_user");
}
