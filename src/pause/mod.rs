//! The parts that only `pause` needs.
//!
//! | module         | job                                                          |
//! | -------------- | ------------------------------------------------------------ |
//! | [`signals`]    | block the signals that it acts on, and take them one by one  |
//! | [`reaping`]    | leave no zombie                                              |
//! | [`hold`]       | the loop: reap until SIGINT or SIGTERM arrives               |
//! | [`guard`]      | tell a signal from outside of the pod from one from inside   |
//! | [`privileges`] | give up all capabilities                                     |
//! | [`log`]        | write a line without waiting for a reader                    |

pub mod guard;
pub mod hold;
pub mod log;
pub mod privileges;
pub mod reaping;
pub mod signals;
