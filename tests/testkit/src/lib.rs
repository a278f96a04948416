//! A real sandbox on this machine, without a container runtime: for the tests, the benches and the demo.
//!
//! | module             | its one job                                                                   |
//! | ------------------ | ----------------------------------------------------------------------------- |
//! | [`pod`]            | a program as process 1 of its own namespaces, and processes that join them    |
//! | [`lone_process_1`] | a program as process 1 of a PID namespace only: for measurements, in thousands |
//! | [`shim`]           | the forked process between a test and a pod's process                         |
//! | [`pause_process`]  | `pause` as the tests start it, and its messages                               |
//! | [`container`]      | a container that runs the orphan maker                                        |
//! | [`assertions`]     | asserts that `pause` works, and that a process has exited as expected         |
//! | [`deadline`]       | waits for a condition, with a deadline                                        |
//! | [`process_table`]  | the pod's process table, as its own `/proc` shows it                          |
//! | [`usage`]          | what a process uses, its state and its children                               |
//! | [`cgroup`]         | a control group for a test, version 1 or 2                                    |
//! | [`freezer`]        | a control group that can be frozen                                            |
//! | [`cgroup_cleanup`] | removes control groups, even if a signal ends the test                        |
//! | [`realtime`]       | real-time priority for a measuring thread                                     |
//! | [`starvation`]     | a process that hardly ever gets the CPU                                       |
//! | [`refused_call`]   | seccomp filters that make system calls fail                                   |
//! | [`equivalent`]     | the C equivalent of Kubernetes' `pause`                                       |
//! | [`execute`]        | executes a program where `execve` is refused                                  |
//! | [`reported_calls`] | reports system calls to a thread of the test, which allows or answers them      |
//! | [`recorded_calls`] | records which system calls a program makes                                    |
//! | [`trace`]          | a program under ptrace: its system calls, with their arguments and results    |
//! | [`streams`]        | full pipes and terminals, for standard error                                  |
//! | [`terminal`]       | a pseudo-terminal and its keyboard                                            |
//! | [`job`]            | a program that is stopped and continued, for tests of job control             |
//! | [`reexec`]         | executes the test program again, as an ordinary user or for one test          |
//! | [`variables`]      | a last step that executes a program with exactly these variables              |
//! | [`settings`]       | last steps that change process attributes                                     |
//! | [`descriptors`]    | last steps that choose the inherited descriptors                              |
//! | [`parallel`]       | work on several processes at the same time                                    |
//! | [`programs`]       | the programs under test and the test programs                                 |
//! | [`platform`]       | the platform under test, and the limits of its emulator                       |
//!
//! A *last step* is a function that a forked process calls immediately before it executes the program.
//!
//! No process outlives the test that started it, even if the test is killed: the kernel kills each shim when the test
//! ends, and each program when its shim ends (`PR_SET_PDEATHSIG`). A pod ends with process 1.
#![deny(missing_docs)]

pub mod assertions;
pub mod cgroup;
pub mod cgroup_cleanup;
pub mod container;
pub mod deadline;
pub mod descriptors;
pub mod equivalent;
pub mod execute;
pub mod freezer;
pub mod job;
pub mod lone_process_1;
pub mod parallel;
pub mod pause_process;
pub mod platform;
pub mod pod;
mod pod_process;
pub mod process_table;
pub mod programs;
pub mod realtime;
pub mod recorded_calls;
pub mod reexec;
pub mod refused_call;
pub mod reported_calls;
pub mod settings;
pub mod shim;
pub mod starvation;
pub mod streams;
pub mod terminal;
pub mod trace;
pub mod usage;
pub mod variables;

pub use deadline::until;
pub use lone_process_1::LoneProcess1;
pub use pod::{Pod, PodProcess};
