//! A plugin of containerd and CRI-O that puts `init` before a container's program. It speaks NRI, the node resource
//! interface: <https://github.com/containerd/nri>.
//!
//! | module            | its one job                                                              |
//! | ----------------- | ------------------------------------------------------------------------ |
//! | [`command_line`]  | the options                                                              |
//! | [`reconnect`]     | one connection to the runtime after another, with a growing pause        |
//! | [`session`]       | one connection: registers, and answers until the runtime leaves          |
//! | [`plugin`]        | answers the calls of the runtime                                         |
//! | [`runtime`]       | which runtimes can change a container's arguments                        |
//! | [`container`]     | what the rules need from a call, and the change that they decide         |
//! | [`seccomp`]       | the seccomp profile of a container                                       |
//! | [`messages`]      | the messages of NRI, as far as they are used                             |
//! | [`ttrpc`]         | the messages of ttrpc, by which NRI calls methods                        |
//! | [`trunk`]         | the frames by which NRI has two connections on one socket                |
//! | [`end`]           | why a connection ended, and whether another one can help                 |
//!
//! Which containers are changed, and how, is decided in the crate `init-rules`. The crate `ttrpc` is not used: it needs a
//! socket for each connection, and NRI has two on one socket.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod command_line;
pub mod container;
pub mod end;
pub mod messages;
pub mod plugin;
pub mod reconnect;
pub mod runtime;
pub mod seccomp;
pub mod session;
pub mod trunk;
pub mod ttrpc;
