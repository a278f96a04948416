//! A bad day of a node, in each of the ways that we know: short here, long in `make soak`.
//!
//! | module      | what happens                                                           |
//! | ----------- | ---------------------------------------------------------------------- |
//! | [`orphans`] | a million of them                                                      |
//! | [`signals`] | all of them, in every order, in a storm of orphans                     |
//! | [`freeze`]  | process 1 is stopped or frozen while orphans die                       |
//! | [`trace`]   | a debugger comes and goes                                              |
//! | [`pids`]    | the pod's process IDs run out                                          |
//! | [`oom`]     | the pod's memory runs out                                              |
//! | [`killed`]  | process 1 is killed                                                    |
//! | [`many`]    | very many sandboxes start and stop at once                             |
//! | [`idle`]    | nothing at all                                                         |
//!
//! [`day`] is what they share, [`soak`] has the long versions. Each prints its seed, and `PAUSE_SEED=…` makes the same
//! choices again; the kernel's scheduler makes its own.

mod day;
mod freeze;
mod idle;
mod killed;
mod many;
mod oom;
mod orphans;
mod pids;
mod signals;
mod soak;
mod trace;

#[test]
fn an_ordinary_user_gets_the_same() {
    sandbox::again::as_ordinary_user("an_ordinary_user_gets_the_same");
}
