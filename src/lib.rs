//! What `pause` and `init` are made of: the parts of a process 1 that needs neither a C library nor an allocator.
//!
//! | module         | its one job                                                              |
//! | -------------- | ------------------------------------------------------------------------ |
//! | [`args`]       | the argument vector that the kernel left on the stack                    |
//! | [`privileges`] | give up what nothing here needs                                          |
//! | [`signals`]    | block the signals that matter, then take them one at a time              |
//! | [`reaper`]     | leave no zombie: the kernel's own reaping, and the `wait4` loop behind it |
//! | [`message`]    | text for the standard streams                                            |
//! | [`init`]       | what `init` has for itself: a program to start, a terminal, a farewell    |
//! | [`text`]       | put together piece by piece, and numbers in it                           |
//! | [`sys`]        | the system calls, the entry point: all that is unsafe                    |
//!
//! The programs in `src/bin` read as their contract; they call these modules, these call [`sys`], and [`sys`] calls
//! the kernel. No arrow points the other way, and nothing here knows of images, container runtimes or tests.

#![cfg_attr(not(test), no_std)]

pub mod args;
pub mod init;
pub mod message;
pub mod privileges;
pub mod reaper;
pub mod signals;
pub mod sys;
pub mod text;
