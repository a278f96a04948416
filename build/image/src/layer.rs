//! A layer: files in an archive of the USTAR format, compressed with gzip.

use crate::blob::{Blob, sha256};
use crate::epoch::Epoch;
use anyhow::Result;
use flate2::{Compression, GzBuilder};
use oci_spec::image::MediaType;
use std::io::{self, Write};
use tar::{EntryType, Header};

/// A layer, and the digest by which a configuration refers to it: that of the uncompressed archive.
#[derive(Clone)]
pub struct Layer {
    /// The compressed archive.
    pub blob: Blob,
    /// The digest of the uncompressed archive.
    pub diff_id: String,
}

impl Layer {
    /// A layer with programs in the root of the file system, each given by its name and bytes.
    pub fn of(programs: &[(&str, &[u8])], created: Epoch) -> Result<Self> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, bytes) in programs {
            // Any user may run it, and nobody has a reason to write to it.
            append(&mut archive, name, 0o555, bytes, created)?;
        }
        let archive = archive.into_inner()?;
        let diff_id = format!("sha256:{}", sha256(&archive));

        // The shortest header: no name, no time and no operating system, so it is the same on every machine.
        let mut compressed = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
        compressed.write_all(&archive)?;
        Ok(Self { blob: Blob::new(MediaType::ImageLayerGzip, compressed.finish()?)?, diff_id })
    }
}

/// Appends a file that belongs to root.
pub fn append(
    archive: &mut tar::Builder<Vec<u8>>,
    path: &str,
    mode: u32,
    bytes: &[u8],
    created: Epoch,
) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(created.seconds());
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, path, bytes)
}
