//! The archives of the images that pods are made of. Each is made once.

use e2e::{busybox, project};
use std::path::Path;
use std::sync::LazyLock;

/// The project's image, for all platforms.
pub fn pause() -> &'static str {
    project::archive(env!("CARGO_TARGET_TMPDIR"))
}

/// The image of `init`, for all platforms.
pub fn init() -> String {
    project::of_init(pause())
}

/// BusyBox: the other containers of a pod, and the control that never reaps.
pub fn busybox() -> &'static str {
    static ARCHIVE: LazyLock<String> =
        LazyLock::new(|| busybox::archive(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("busybox")));
    &ARCHIVE
}

/// Both, and the project's image with `--guard`.
pub fn all() -> [String; 3] {
    [pause().to_owned(), project::guarded(pause()), busybox().to_owned()]
}
