//! The parts that `init` alone needs.
//!
//! | module           | its one job                                                              |
//! | ---------------- | ------------------------------------------------------------------------ |
//! | [`options`]      | the parsed command line                                                  |
//! | [`words`]        | the words of the command line, and of a variable that holds options      |
//! | [`signal_names`] | signals by name                                                          |
//! | [`spawn`]        | start the program                                                        |
//! | [`path_search`]  | execute a program as `execvp` does                                       |
//! | [`inherited`]    | hand down to the program what init was given                             |
//! | [`supervise`]    | the loop: reap, forward signals, leave                                   |
//! | [`job_control`]  | the terminal's foreground, and stops                                     |
//! | [`grace_period`] | ask the remaining processes to end, each of them once                    |
//! | [`proc`]         | read `/proc`                                                             |
//! | [`log`]          | write lines to standard error                                            |
//! | [`usage`]        | print the help, the version and mistakes                                 |
//! | [`text`]         | put strings together and take them apart, numbers in text                |

pub mod grace_period;
pub mod inherited;
pub mod job_control;
pub mod log;
pub mod options;
pub mod path_search;
pub mod proc;
pub mod signal_names;
pub mod spawn;
pub mod supervise;
pub mod text;
pub mod usage;
pub mod words;
