//! An image of BusyBox: for the containers of a pod, and as the control.
//!
//! Without arguments it sleeps: as process 1 of a pod, it never reaps and ignores SIGTERM.

use crate::platform::Platform;
use serde_json::json;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use tar::{Builder, EntryType, Header};

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
    let write = || -> io::Result<()> {
        let mut layer = Builder::new(Vec::new());
        append(&mut layer, "bin/busybox", 0o755, &program)?;
        for link in LINKS {
            let mut header = Header::new_ustar();
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            layer.append_link(&mut header, link, "busybox")?;
        }
        let layer = layer.into_inner()?;
        fs::write(folder.join("layer"), &layer)?;
        let digest = crate::project::output(crate::tool("sha256sum").arg(folder.join("layer")));
        let digest = String::from_utf8_lossy(&digest[..64]).into_owned();

        let config = json!({
            "architecture": Platform::own().part(1),
            "os": "linux",
            "config": { "Entrypoint": ["/bin/sleep"], "Cmd": ["infinity"], "Env": ["PATH=/bin"] },
            "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{digest}")] },
        });
        let manifest = json!([{ "Config": "config.json", "RepoTags": [REFERENCE], "Layers": ["layer.tar"] }]);
        let mut archive = Builder::new(File::create(folder.join("busybox.tar"))?);
        append(&mut archive, "layer.tar", 0o644, &layer)?;
        append(&mut archive, "config.json", 0o644, config.to_string().as_bytes())?;
        append(&mut archive, "manifest.json", 0o644, manifest.to_string().as_bytes())?;
        archive.finish()
    };
    fs::create_dir_all(folder).and_then(|()| write()).expect("an archive can be written");
    folder.join("busybox.tar").into_os_string().into_string().expect("a path in UTF-8")
}

fn append<W: io::Write>(archive: &mut Builder<W>, path: &str, mode: u32, bytes: &[u8]) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(mode);
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, path, bytes)
}
