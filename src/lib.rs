//! The parts of the programs `pause` and `init`. They use neither a C library nor an allocator.
//!
//! | module    | contents                                                        |
//! | --------- | --------------------------------------------------------------- |
//! | [`pause`] | the parts of `pause`: signals, reaping, guard, privileges, log  |
//! | [`init`]  | the parts of `init`: options, spawn, supervise, job control …   |
//! | [`sys`]   | the system calls and the entry point: all unsafe code           |
//!
//! The programs in `src/bin` use `pause` and `init`, which use `sys`, which calls the kernel. `tests/house.rs` checks
//! that no module uses another one in the opposite direction, and that `pause` and `init` do not use each other.

#![cfg_attr(not(test), no_std)]
#![deny(missing_docs)]

pub mod init;
pub mod pause;
pub mod sys;
