//! Files as a compressed layer: an archive in the USTAR format, and gzip around it.

use crate::Result;
use crate::blob::{Blob, sha256};
use crate::epoch::Epoch;
use flate2::{Compression, GzBuilder};
use oci_spec::image::MediaType;
use std::io::{self, Write};
use tar::{EntryType, Header};

/// A layer, and the digest that a configuration knows it by: of the archive before it was compressed.
#[derive(Clone)]
pub struct Layer {
    pub blob: Blob,
    pub diff_id: String,
}

impl Layer {
    /// A layer of programs, each a name and its bytes, in the root of the file system.
    pub fn of(programs: &[(&str, &[u8])], created: Epoch) -> Result<Self> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, bytes) in programs {
            // Everybody may run it, and nobody has a reason to write it.
            append(&mut archive, name, 0o555, bytes, created)?;
        }
        let archive = archive.into_inner()?;
        let diff_id = format!("sha256:{}", sha256(&archive));

        // The shortest header there is: no name, no time, and no operating system, so that no machine shows.
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
