//! The protocol of process 1 in every order: the programs as automata, the kernel's rules, and the surroundings.

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
pub mod record;
pub mod replay;
pub mod scenario;
pub mod search;
pub mod world;
