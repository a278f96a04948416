//! One call of gRPC over a Unix socket: the part of HTTP/2 (RFC 9113) that it needs.
//!
//! A library for it would bring an executor of tasks and dozens of crates, for two small requests.

use super::LIMIT;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Kinds of frames.
mod kind {
    pub const DATA: u8 = 0;
    pub const HEADERS: u8 = 1;
    pub const RST_STREAM: u8 = 3;
    pub const SETTINGS: u8 = 4;
    pub const GOAWAY: u8 = 7;
    pub const WINDOW_UPDATE: u8 = 8;
}

/// Flags of frames. The first is that of data and headers, the second that of settings.
const END_STREAM: u8 = 0x1;
const ACK: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;

/// The stream of the call, and that of the connection.
const CALL: u32 = 1;
const CONNECTION: u32 = 0;

/// The largest frame that may be sent to a client that has not asked for larger ones.
const LARGEST_FRAME: usize = 1 << 14;

/// The window that each side begins with.
const FIRST_WINDOW: u32 = 65_535;

/// Calls the method of a path, such as `/runtime.v1.RuntimeService/Version`. Returns the message of the answer.
///
/// # Errors
/// If nobody listens, or if the answer is none of gRPC, an error, or larger than [`LIMIT`].
pub fn call(socket: &Path, path: &str, message: &[u8]) -> io::Result<Vec<u8>> {
    let stream = UnixStream::connect(socket)?;
    let window = LIMIT as u32;
    let initial_window_size = [&[0, 4][..], &window.to_be_bytes()].concat();
    let mut request = PREFACE.to_vec();
    request.extend(frame(kind::SETTINGS, 0, CONNECTION, &initial_window_size));
    request.extend(frame(kind::WINDOW_UPDATE, 0, CONNECTION, &(window - FIRST_WINDOW).to_be_bytes()));
    request.extend(frame(kind::HEADERS, END_HEADERS, CALL, &headers(path)));
    let prefix = [&[0][..], &(message.len() as u32).to_be_bytes()].concat(); // not compressed, and the length
    request.extend(frame(kind::DATA, END_STREAM, CALL, &[&prefix, message].concat()));
    (&stream).write_all(&request)?;

    let answer = answer((&stream).take(LIMIT), &stream)?;
    match answer.split_first_chunk::<5>() {
        Some(([0, length @ ..], message)) if u32::from_be_bytes(*length) as usize == message.len() => {
            Ok(message.into())
        }
        _ => Err(ErrorKind::InvalidData.into()), // without a message, the headers have an error
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = (payload.len() as u32).to_be_bytes();
    [&length, &[kind, flags][..], &stream.to_be_bytes(), payload].concat()
}

/// Returns the headers of a call, each by its number in the table of RFC 7541 or in full.
fn headers(path: &str) -> Vec<u8> {
    let text = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
    [
        vec![0x83, 0x86],                                      // :method POST, :scheme http
        [vec![0x04], text(path)].concat(),                     // :path
        [vec![0x01], text("localhost")].concat(),              // :authority
        [vec![0x0f, 0x10], text("application/grpc")].concat(), // content-type
        [vec![0x00], text("te"), text("trailers")].concat(),
    ]
    .concat()
}

/// Reads frames to the end of the call, and returns its data.
fn answer(mut from: impl Read, mut to: impl Write) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    loop {
        let mut header = [0; 9];
        from.read_exact(&mut header)?;
        let [a, b, c, kind, flags, stream @ ..] = header;
        let (length, stream) = (u32::from_be_bytes([0, a, b, c]) as usize, u32::from_be_bytes(stream));
        if length > LARGEST_FRAME || matches!(kind, kind::RST_STREAM | kind::GOAWAY) {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut payload = vec![0; length];
        from.read_exact(&mut payload)?;
        match kind {
            kind::SETTINGS if flags & ACK == 0 => to.write_all(&frame(kind::SETTINGS, ACK, CONNECTION, &[]))?,
            kind::DATA if flags & PADDED != 0 => return Err(ErrorKind::InvalidData.into()), // no server of gRPC does that
            kind::DATA if stream == CALL => data.extend(payload),
            _ => (),
        }
        if stream == CALL && matches!(kind, kind::DATA | kind::HEADERS) && flags & END_STREAM != 0 {
            return Ok(data);
        }
    }
}
