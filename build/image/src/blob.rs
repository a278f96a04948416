//! Blobs: bytes that are addressed by their digest.

use anyhow::Result;
use oci_spec::image::{Descriptor, MediaType, Sha256Digest};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Bytes, their media type and their SHA-256.
#[derive(Clone)]
pub struct Blob {
    media_type: MediaType,
    /// The content.
    pub bytes: Vec<u8>,
    digest: Sha256Digest,
}

impl Blob {
    /// Returns a blob with this content.
    pub fn new(media_type: MediaType, bytes: Vec<u8>) -> Result<Self> {
        let digest = sha256(&bytes).parse()?;
        Ok(Self { media_type, bytes, digest })
    }

    /// Returns `document` as JSON. Its fields are sorted by name: `oci_spec` keeps labels and annotations in hash maps,
    /// whose order differs in each run.
    pub fn json(media_type: MediaType, document: &impl Serialize) -> Result<Self> {
        let mut document = serde_json::to_value(document)?;
        document.sort_all_objects();
        Self::new(media_type, serde_json::to_vec(&document)?)
    }

    /// The descriptor by which other documents refer to this blob.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor::new(self.media_type.clone(), self.bytes.len() as u64, self.digest.clone())
    }

    /// `sha256:` and 64 hexadecimal digits.
    pub fn digest(&self) -> String {
        format!("sha256:{}", self.digest.digest())
    }

    /// The path in an image layout.
    pub fn path(&self) -> String {
        format!("blobs/sha256/{}", self.digest.digest())
    }
}

/// Returns the SHA-256 in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
