//! The archives of the images that pods are made of, each made once.

use e2e::{busybox, project};
use std::path::Path;
use std::sync::LazyLock;

/// The project's image, of all platforms.
pub fn pause() -> &'static str {
    static ARCHIVE: LazyLock<String> = LazyLock::new(|| project::archive(Path::new(env!("CARGO_TARGET_TMPDIR"))));
    &ARCHIVE
}

/// The same with `--guard`.
pub fn guard() -> &'static str {
    static ARCHIVE: LazyLock<String> = LazyLock::new(|| project::guarded(pause()));
    &ARCHIVE
}

/// BusyBox: what runs beside it, and the control in its place.
pub fn busybox() -> &'static str {
    static ARCHIVE: LazyLock<String> =
        LazyLock::new(|| busybox::archive(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("busybox")));
    &ARCHIVE
}
