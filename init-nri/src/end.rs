//! Why a connection ended, and whether another one can help.

use std::io;

/// The end of a connection. Each has one line for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The runtime left, as when it restarts.
    Left(String),
    /// What came is not the protocol.
    NotProtocol(String),
    /// The runtime refuses the plugin, or cannot do what the plugin needs. Another connection would end like this one.
    Permanent(String),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof, WouldBlock};
        Self::Left(match error.kind() {
            UnexpectedEof | ConnectionReset | BrokenPipe => "the runtime closed the connection".to_owned(),
            // What a socket with a time limit fails with.
            WouldBlock => "the runtime did not answer in time".to_owned(),
            _ => format!("the connection to the runtime failed: {error}"),
        })
    }
}
