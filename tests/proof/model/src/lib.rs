//! The protocol of process 1 in every order. `docs/protocol.md` says what is modelled, and what must hold.
//!
//! | module                           | its one job                                                          |
//! | -------------------------------- | -------------------------------------------------------------------- |
//! | [`call`]                         | system calls and answers; what a program is: a call, then its answer |
//! | [`pause`], [`init`], [`message`] | the programs as automata, and their faults                           |
//! | [`kernel`]                       | the kernel's rules for signals and processes                         |
//! | [`environment`], [`bounds`]      | what else happens, and how much of it                                |
//! | [`world`]                        | all of that as one state, and every step from it                     |
//! | [`pause_check`], [`init_check`]  | what must hold                                                       |
//! | [`promises`]                     | what must hold of both                                               |
//! | [`search`]                       | visits every state, or searches for a broken promise                 |
//! | [`scenario`]                     | a real program as process 1, and what happens to it                  |
//! | [`record`], [`decode`]           | its calls under ptrace, as calls of the model                        |
//! | [`replay`]                       | whether an automaton makes these calls                               |

pub mod bounds;
pub mod call;
pub mod decode;
pub mod environment;
pub mod init;
pub mod init_check;
pub mod kernel;
pub mod message;
pub mod pause;
pub mod pause_check;
pub mod promises;
pub mod record;
pub mod replay;
pub mod scenario;
pub mod search;
pub mod world;
