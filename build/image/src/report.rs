//! The table that is printed: what each platform costs, and what it is called by those who trust digests only.

use crate::blob::Blob;
use crate::index::Index;
use std::fmt::Write;

/// A line for each platform, of the first index, and one for all of them, of each. `binaries` are the sizes of the files
/// that were put in, in the order of their layers.
pub fn table(indexes: &[Index], binaries: &[Vec<usize>]) -> String {
    let mut table = String::from("bytes          /pause  layer  /init  layer config manifest   sum  digest");
    let images = indexes.iter().take(1).flat_map(|index| &index.images);
    for (image, binaries) in images.zip(binaries) {
        let size = |blob: &Blob| blob.bytes.len();
        let (platform, digest) = (&image.platform, image.manifest.digest());
        _ = write!(table, "\n{platform:<14}");
        for (binary, layer) in binaries.iter().zip(&image.layers) {
            _ = write!(table, " {binary:>6} {:>6}", size(layer));
        }
        let sum: usize = image.blobs().map(size).sum();
        _ = write!(table, " {:>6} {:>8} {sum:>5}  {digest}", size(&image.config), size(&image.manifest));
    }
    for index in indexes {
        _ = write!(table, "\n{:<63}  {}", index.reference.whole(), index.blob.digest());
    }
    table
}
