//! The messages of ttrpc, by which NRI calls methods: a header of ten bytes, then a [`Request`] or a [`Response`]. The header
//! has the length of what follows and the number of the call, four bytes each with the highest first, then the type of the
//! message and its flags. Source: PROTOCOL.md of <https://github.com/containerd/ttrpc>.

use crate::end::End;
use prost::Message;

/// The bytes of a header.
pub const HEADER_BYTES: usize = 10;

/// The most bytes after a header.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The type of a message: a call.
pub const REQUEST: u8 = 1;

/// The type of a message: the answer to the call of the same number.
pub const RESPONSE: u8 = 2;

/// A call.
#[derive(Clone, PartialEq, Message)]
pub struct Request {
    /// The full name of the service.
    #[prost(string, tag = "1")]
    pub service: String,
    /// The name of the method.
    #[prost(string, tag = "2")]
    pub method: String,
    /// The argument, encoded.
    #[prost(bytes = "vec", tag = "3")]
    pub payload: Vec<u8>,
}

/// An answer.
#[derive(Clone, PartialEq, Message)]
pub struct Response {
    /// Why the call failed.
    #[prost(message, optional, tag = "1")]
    pub status: Option<Status>,
    /// The result, encoded.
    #[prost(bytes = "vec", tag = "2")]
    pub payload: Vec<u8>,
}

/// Whether a call failed: google.rpc.Status.
#[derive(Clone, PartialEq, Message)]
pub struct Status {
    /// 0 if it did not fail.
    #[prost(int32, tag = "1")]
    pub code: i32,
    /// One line.
    #[prost(string, tag = "2")]
    pub message: String,
}

/// The code of a call that is refused because of what it concerns (google.rpc.Code).
pub const FAILED_PRECONDITION: i32 = 9;

/// The code of a call of a method that does not exist.
pub const UNIMPLEMENTED: i32 = 12;

impl Status {
    /// A failure.
    pub fn new(code: i32, message: String) -> Self {
        Self { code, message }
    }
}

/// A message as it is in a stream.
pub struct Envelope {
    /// The number of the call.
    pub call: u32,
    /// [`REQUEST`] or [`RESPONSE`].
    pub kind: u8,
    /// The message, encoded.
    pub content: Vec<u8>,
}

impl Envelope {
    /// Takes a message from the beginning of a stream. Returns `None` if the stream does not have all of it yet.
    ///
    /// # Errors
    /// The end of the connection, if this is no message.
    pub fn take(stream: &mut Vec<u8>) -> Result<Option<Self>, End> {
        let Some(([l0, l1, l2, l3, c0, c1, c2, c3, kind, _flags], rest)) = stream.split_first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes([*l0, *l1, *l2, *l3]) as usize;
        let (call, kind) = (u32::from_be_bytes([*c0, *c1, *c2, *c3]), *kind);
        if length > MOST_BYTES {
            return Err(End::NotProtocol(format!("a message claims to have {length} bytes")));
        }
        if kind != REQUEST && kind != RESPONSE {
            return Err(End::NotProtocol(format!("a message has the unknown type {kind}")));
        }
        if rest.len() < length {
            return Ok(None);
        }
        let content = rest[..length].to_vec();
        stream.drain(..HEADER_BYTES + length);
        Ok(Some(Self { call, kind, content }))
    }

    /// Returns the bytes for a stream. Returns `None` if the message is too large.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let length = u32::try_from(self.content.len()).ok().filter(|_| self.content.len() <= MOST_BYTES)?;
        Some([&length.to_be_bytes()[..], &self.call.to_be_bytes(), &[self.kind, 0], &self.content].concat())
    }
}
