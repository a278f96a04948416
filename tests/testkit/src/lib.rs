//! A real sandbox on this machine, with no container runtime: for the tests, the benches and the demo.
//!
//! | module       | its one job                                                              |
//! | ------------ | ------------------------------------------------------------------------ |
//! | [`pod`]      | a program as process 1 of its own namespaces, and others who join it      |
//! | [`lone_process_1`]     | a program as process 1 of a PID namespace alone: for the clock, in thousands |
//! | [`container`] | a careless container in a pod, from its start to the last of its orphans   |
//! | [`shim`]     | the forked process between us and a pod's: enters namespaces, passes on   |
//! | [`process_table`]    | the pod's process table, as its own `/proc` tells it                      |
//! | [`usage`]    | what a process costs: memory, CPU time, context switches                  |
//! | [`cgroup`]   | control groups of a test's own, version 1 or 2                            |
//! | [`freezer`]  | a control group whose processes do not run                                |
//! | [`cgroup_cleanup`] | control groups are removed, whatever ends who made them                 |
//! | [`realtime`]  | whoever measures and what is measured, ahead of everybody else            |
//! | [`starvation`]   | a process that hardly ever gets the CPU                                   |
//! | [`execute`]  | a program that is executed where `execve` is refused                      |
//! | [`refused_call`]    | system calls that fail                                                    |
//! | [`recorded_calls`]   | which system calls a program makes                                        |
//! | [`trace`]    | how many system calls a program makes until it waits                      |
//! | [`terminal`] | a terminal of a test's own, and its keyboard                            |
//! | [`job`]      | a program that stops and is continued, where job control differs          |
//! | [`deadline`] | wait for something to become true, but not for ever                       |
//! | [`reexec`]    | a test program that runs itself again, as somebody else                  |
//! | [`variables`] | a last step that executes a program with exactly these variables          |
//! | [`settings`] | settings of a process that an executed program inherits                    |
//! | [`descriptors`] | descriptors that an executed program inherits                          |
//! | [`programs`] | the programs under test, and those that misbehave for it                  |
//! | [`platform`] | the platform under test, and what its emulator makes impossible           |
//!
//! Nothing outlives the process that made it: every process of a pod is killed by the kernel when its maker is gone,
//! even if that was killed, and namespaces, mounts and interfaces go with their last process.

pub mod cgroup;
pub mod cgroup_cleanup;
pub mod container;
pub mod deadline;
pub mod descriptors;
pub mod execute;
pub mod freezer;
pub mod job;
pub mod lone_process_1;
pub mod platform;
pub mod pod;
pub mod process_table;
pub mod programs;
pub mod realtime;
pub mod recorded_calls;
pub mod reexec;
pub mod refused_call;
pub mod settings;
pub mod shim;
pub mod starvation;
pub mod terminal;
pub mod trace;
pub mod usage;
pub mod variables;

pub use deadline::until;
pub use lone_process_1::LoneProcess1;
pub use pod::{Pod, PodProcess};
