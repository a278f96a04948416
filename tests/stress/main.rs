//! Stress tests: what can go wrong on a node. Each scenario is short in `make test`, and long in `make soak`.
//!
//! | module                | scenario                                           |
//! | --------------------- | -------------------------------------------------- |
//! | [`orphans`]           | a storm of orphans: a million in `make soak`       |
//! | [`signals`]           | all signals in random order, in a storm of orphans |
//! | [`stopped_or_frozen`] | process 1 is stopped or frozen while orphans end   |
//! | [`debugger`]          | a debugger attaches and detaches                   |
//! | [`pid_limit`]         | the pod reaches its limit of processes             |
//! | [`memory_limit`]      | the pod reaches its limit of memory                |
//! | [`sigkill`]           | process 1 is killed                                |
//! | [`density`]           | many sandboxes start and stop at the same time     |
//! | [`idle`]              | nothing happens                                    |
//!
//! They share [`scenario`]. [`soak`] runs the long versions. Each prints its seed. `PAUSE_SEED=…` repeats its random
//! choices, but not those of the kernel's scheduler.

mod debugger;
mod density;
mod idle;
mod memory_limit;
mod orphans;
mod pid_limit;
mod scenario;
mod sigkill;
mod signals;
mod soak;
mod stopped_or_frozen;

#[test]
fn an_ordinary_user_gets_the_same() {
    testkit::reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}
