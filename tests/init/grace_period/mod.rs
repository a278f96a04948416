//! The grace period of `-t`: which processes `init` waits for, and which signals it sends them.

mod ended;
mod requests;
mod wait;
