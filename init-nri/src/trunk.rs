//! The frames by which NRI has two connections on one socket: the number of the connection and the length of the content,
//! four bytes each with the highest first, then the content. The contents of a connection's frames make up its stream.

use crate::end::End;
use crate::ttrpc;
use std::io::{Read, Write};

/// The connection on which the runtime calls the plugin.
pub const TO_PLUGIN: u32 = 1;

/// The connection on which the plugin calls the runtime.
pub const TO_RUNTIME: u32 = 2;

/// The largest content: one message of ttrpc.
const MOST_BYTES: usize = ttrpc::HEADER_BYTES + ttrpc::MOST_BYTES;

/// The largest content that is sent. Runtimes read a frame into a buffer of this size, and close the connection if it does not
/// fit (`Read` in pkg/net/multiplex of NRI, and the default of Go's `bufio`).
const MOST_BYTES_SENT: usize = 4096;

/// Reads a frame: the number of its connection, and its content.
///
/// # Errors
/// The end of the connection.
pub fn read(socket: &mut impl Read) -> Result<(u32, Vec<u8>), End> {
    let mut header = [0; 8];
    socket.read_exact(&mut header)?;
    let [a, b, c, d, length @ ..] = header;
    let (connection, length) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes(length) as usize);
    if length > MOST_BYTES {
        return Err(End::NotProtocol(format!("a frame claims to have {length} bytes")));
    }
    // The memory grows with what comes, not with what is claimed.
    let mut content = Vec::new();
    if socket.take(length as u64).read_to_end(&mut content)? < length {
        return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
    }
    Ok((connection, content))
}

/// Sends a part of a connection's stream.
///
/// # Errors
/// The end of the connection.
pub fn write(socket: &mut impl Write, connection: u32, stream: &[u8]) -> Result<(), End> {
    for content in stream.chunks(MOST_BYTES_SENT) {
        let length = u32::try_from(content.len()).expect("a frame that is sent is small");
        let frame = [&connection.to_be_bytes()[..], &length.to_be_bytes(), content].concat();
        socket.write_all(&frame)?;
    }
    Ok(())
}
