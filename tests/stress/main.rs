//! A bad day of a node, in each of the ways that we know: short here, long in `make soak`.
//!
//! | module      | what happens                                                           |
//! | ----------- | ---------------------------------------------------------------------- |
//! | [`orphans`] | a million of them                                                      |
//! | [`signals`] | all of them, in every order, in a storm of orphans                     |
//! | [`freezer`]  | process 1 is stopped or frozen while orphans die                       |
//! | [`debugger`]   | a debugger comes and goes                                              |
//! | [`pid_limit`]    | the pod's process IDs run out                                          |
//! | [`memory_limit`]     | the pod's memory runs out                                              |
//! | [`sigkill`]  | process 1 is killed                                                    |
//! | [`density`]    | very many sandboxes start and stop at once                             |
//! | [`idle`]    | nothing at all                                                         |
//!
//! [`common`] is what they share, [`soak`] has the long versions. Each prints its seed, and `PAUSE_SEED=…` makes the same
//! choices again; the kernel's scheduler makes its own.

mod common;
mod debugger;
mod density;
mod freezer;
mod idle;
mod memory_limit;
mod orphans;
mod pid_limit;
mod sigkill;
mod signals;
mod soak;

#[test]
fn an_ordinary_user_gets_the_same() {
    testkit::reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}
