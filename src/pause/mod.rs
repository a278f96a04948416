//! The parts that `pause` alone needs.
//!
//! | module         | its one job                                                              |
//! | -------------- | ------------------------------------------------------------------------ |
//! | [`signals`]    | block the signals that matter, then take them one at a time              |
//! | [`reaping`]    | leave no zombie: the kernel's own reaping, and the `wait4` loop behind it |
//! | [`guard`]      | tell a signal from outside of the pod from one from inside               |
//! | [`privileges`] | give up the privileges that it does not need                             |
//! | [`log`]        | write a line, and never wait for somebody to read it                     |

pub mod guard;
pub mod log;
pub mod privileges;
pub mod reaping;
pub mod signals;
