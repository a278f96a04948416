//! The table that `image` prints: the sizes and digests of the images.

use image::blob::Blob;
use image::image::Index;
use std::fmt::Write;

/// A line for each platform of each program, and one for the name of each image.
pub struct Table {
    platforms: String,
    names: String,
}

impl Table {
    /// Returns a table that has only the names of its columns.
    pub fn new() -> Self {
        let columns = "bytes                  file  layer config manifest   sum  digest\n";
        Self { platforms: columns.to_owned(), names: String::new() }
    }

    /// Adds the name of an image, and with `files`, the sizes of the program for each platform, also its platforms.
    pub fn add(&mut self, index: &Index, program: &str, files: Option<impl Iterator<Item = usize>>) {
        let size = |blob: &Blob| blob.bytes.len();
        for (image, file) in index.images.iter().zip(files.into_iter().flatten()) {
            let sum: usize = image.blobs().map(size).sum();
            let [layer, config, manifest] = [&image.layer, &image.config, &image.manifest].map(size);
            let (platform, digest) = (&image.platform, image.manifest.digest());
            // A String accepts all writes.
            _ = writeln!(
                self.platforms,
                "{platform:<14} /{program:<5} {file:>5} {layer:>6} {config:>6} {manifest:>8} {sum:>5}  {digest}"
            );
        }
        _ = writeln!(self.names, "{:<57}  {}", index.reference.whole(), index.blob.digest());
    }

    /// Returns the table, without the end of its last line.
    pub fn text(self) -> String {
        (self.platforms + &self.names).trim_end().to_owned()
    }
}
