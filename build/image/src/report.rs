//! The table that is printed: what each platform costs, and what it is called by those who trust digests only.

use crate::blob::Blob;
use crate::index::Index;
use std::fmt::Write;

/// A line for each platform, of the first index, and one for all of them, of each. `binaries` are the sizes of the files
/// that were put in.
pub fn table(indexes: &[Index], binaries: &[usize]) -> String {
    let mut table = String::from("bytes           binary  layer config manifest   sum  digest");
    let images = indexes.iter().take(1).flat_map(|index| &index.images);
    for (image, binary) in images.zip(binaries) {
        let size = |blobs: &[&Blob]| blobs.iter().map(|blob| blob.bytes.len()).sum::<usize>();
        let layers = size(&image.layers.iter().collect::<Vec<_>>());
        let (config, manifest) = (size(&[&image.config]), size(&[&image.manifest]));
        let sum = layers + config + manifest;
        let (platform, digest) = (&image.platform, image.manifest.digest());
        _ = write!(table, "\n{platform:<14} {binary:>7} {layers:>6} {config:>6} {manifest:>8} {sum:>5}  {digest}");
    }
    for index in indexes {
        _ = write!(table, "\n{:<50}  {}", index.reference.whole(), index.blob.digest());
    }
    table
}
