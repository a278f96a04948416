//! Tells whose zombies a machine or a container has, and what heals them.
//!
//! | module           | its one job                                                                        |
//! | ---------------- | ---------------------------------------------------------------------------------- |
//! | [`command_line`] | the options                                                                        |
//! | [`look`]         | looks at the machine twice: only what is a zombie both times matters               |
//! | [`table`]        | the process table                                                                  |
//! | [`parallel`]     | reads files of many processes on all processors                                    |
//! | [`stat`]         | one line of it: `/proc/PID/stat`                                                   |
//! | [`status`]       | `/proc/PID/status`: IDs in namespaces, user, tracer, signals                       |
//! | [`cgroup`]       | the control groups of a process, and whether one of them is frozen                 |
//! | [`hierarchy`]    | the folder of a control group, also outside of this process's cgroup namespace     |
//! | [`container`]    | the container and the pod in the path of a control group                           |
//! | [`limits`]       | the limits on process IDs                                                          |
//! | [`visibility`]   | what is hidden from this user                                                      |
//! | [`gather`]       | gathers all of that                                                                |
//! | [`facts`]        | what is known of a zombie and of its parent                                        |
//! | [`verdict`]      | why a zombie is there: a pure function of these facts                              |
//! | [`advice`]       | the verdict in words, and what heals it                                            |
//! | [`interpreters`] | what programs of a language call to wait for their children                        |
//! | [`report`]       | all findings                                                                       |
//! | [`print`](mod@print) | the report as text                                                             |
//! | [`runtime`]      | the names of containers and pods, from their runtime, if the user names its socket |
//! | [`watch`]        | how fast the zombies of each parent grow                                           |
//! | [`text`]         | makes text of bytes that another program has chosen                                |
//! | [`users`]        | the names of users                                                                 |
//!
//! It only reads files, and a runtime's answers: it never signals, traces or changes a process.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod advice;
pub mod cgroup;
pub mod command_line;
pub mod container;
pub mod facts;
pub mod gather;
pub mod hierarchy;
pub mod interpreters;
pub mod limits;
pub mod look;
pub mod parallel;
pub mod print;
pub mod report;
pub mod runtime;
pub mod stat;
pub mod status;
pub mod table;
pub mod text;
pub mod users;
pub mod verdict;
pub mod visibility;
pub mod watch;
