//! An image of BusyBox: for the containers of a pod, and as the control.
//!
//! Without arguments it sleeps: as process 1 of a pod, it never reaps and ignores SIGTERM.

use crate::archive::Image;
use serde_json::json;
use std::fs;
use std::path::Path;

/// The name of the image.
pub const REFERENCE: &str = "localhost/busybox:latest";

/// Debian's static build.
const PROGRAM: &str = "/bin/busybox";

/// Links to it; `sh` finds its other applets itself.
const LINKS: [&str; 2] = ["bin/sh", "bin/sleep"];

/// Writes the image into `folder`, as `docker save` would, and returns the path of the archive.
///
/// # Panics
/// If BusyBox is not installed. The message says how to install it.
#[track_caller]
pub fn archive(folder: &Path) -> String {
    let program = fs::read(PROGRAM)
        .unwrap_or_else(|error| panic!("{PROGRAM}: {error}: apt-get install --no-install-recommends busybox-static"));
    let config = json!({ "Entrypoint": ["/bin/sleep"], "Cmd": ["infinity"], "Env": ["PATH=/bin"] });
    let image = Image { reference: REFERENCE, program: ("bin/busybox", &program), links: &LINKS, config };
    image.write(folder, "busybox.tar")
}
