//! The parts that only `init` needs.
//!
//! | module             | job                                                                    |
//! | ------------------ | ---------------------------------------------------------------------- |
//! | [`options`]        | the parsed command line                                                |
//! | [`words`]          | the words that options are parsed from                                 |
//! | [`signal_names`]   | the table of signal names                                              |
//! | [`usage`]          | print the help, the version and mistakes in the options                |
//! | [`spawn`]          | start the program                                                      |
//! | [`path_search`]    | execute a program as `execvp` does                                     |
//! | [`inherited`]      | pass on to the program what `init` has inherited                       |
//! | [`install`]        | copy `init` into a directory                                           |
//! | [`kernel_reaping`] | let the kernel reap, where it can tell the program's status afterwards |
//! | [`supervise`]      | the loop: reap children, forward signals, exit                         |
//! | [`terminal`]       | the controlling terminal and its foreground                            |
//! | [`job_control`]    | stops of the program                                                   |
//! | [`grace_period`]   | ask the remaining processes to end, if possible none of them twice     |
//! | [`proc`]           | read `/proc`                                                           |
//! | [`log`]            | write lines to standard error                                          |
//! | [`text`]           | build and split strings, numbers in text                               |

pub mod grace_period;
pub mod inherited;
pub mod install;
pub mod job_control;
pub mod kernel_reaping;
pub mod log;
pub mod options;
pub mod path_search;
pub mod proc;
pub mod signal_names;
pub mod spawn;
pub mod supervise;
pub mod terminal;
pub mod text;
pub mod usage;
pub mod words;
