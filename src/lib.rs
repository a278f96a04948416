//! The parts of `pause` and `init`: two process 1s that need neither a C library nor an allocator.
//!
//! | module    | its one job                                                            |
//! | --------- | ---------------------------------------------------------------------- |
//! | [`pause`] | what the first process of a pod needs: signals, reaping, guard, log    |
//! | [`init`]  | what the first process of a container needs: options, spawn, supervise |
//! | [`sys`]   | the system calls and the entry point: everything that is unsafe        |
//!
//! The programs in `src/bin` call `pause` and `init`, these call `sys`, and `sys` calls the kernel. `tests/house.rs` checks
//! that no module uses another one in the opposite direction, and that `pause` and `init` do not use each other.

#![cfg_attr(not(test), no_std)]

pub mod init;
pub mod pause;
pub mod sys;
