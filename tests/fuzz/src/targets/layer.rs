//! A layer: what is put into it comes out again, byte for byte, under its name and mode.

use flate2::read::GzDecoder;
use image::epoch;
use image::layer::Layer;
use std::io::Read;
use tar::Archive;

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    let created = epoch::from_environment().expect("it is not set, or valid");
    let layer = Layer::of(&[("pause", bytes)], created).expect("a layer of any bytes");
    let mut archive = Archive::new(GzDecoder::new(&layer.blob.bytes[..]));
    let mut entries = archive.entries().expect("it is an archive");
    let mut entry = entries.next().expect("it has an entry").expect("it is whole");
    assert_eq!(entry.path_bytes(), &b"pause"[..]);
    let header = entry.header();
    assert_eq!(header.mode().expect("a number"), 0o555);
    assert_eq!(header.size().expect("a number"), bytes.len() as u64);
    let mut read = Vec::new();
    entry.read_to_end(&mut read).expect("it can be read");
    assert_eq!(read, bytes);
    assert!(entries.next().is_none());
}
