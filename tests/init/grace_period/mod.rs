//! The grace period of `-t`: whom `init` waits for, and which signals the remaining processes are sent.

mod requests;
mod wait;
