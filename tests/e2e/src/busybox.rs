//! An image of BusyBox: what the pods' other containers are made of, and the control.
//!
//! Without arguments it sleeps, as process 1 of a pod too: it reaps nobody, and is not told to end by SIGTERM.

use serde_json::json;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use tar::{Builder, EntryType, Header};

/// What it is called.
pub const REFERENCE: &str = "localhost/busybox:latest";

/// Debian's, which needs no library.
const PROGRAM: &str = "/bin/busybox";

/// The names under which it is called; `sh` finds its other parts by itself.
const LINKS: [&str; 2] = ["bin/sh", "bin/sleep"];

/// Writes the image into `folder`, as `docker save` would: the path of the archive.
///
/// # Panics
/// Where BusyBox is not installed; the message says how it can be.
#[track_caller]
pub fn archive(folder: &Path) -> String {
    let program = fs::read(PROGRAM)
        .unwrap_or_else(|error| panic!("{PROGRAM}: {error}: apt-get install --no-install-recommends busybox-static"));
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => panic!("this machine's architecture, {other}, has no name here: add the one that images use"),
    };
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
            "architecture": architecture,
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
    folder.join("busybox.tar").into_os_string().into_string().expect("the folder has a plain name")
}

fn append<W: io::Write>(archive: &mut Builder<W>, path: &str, mode: u32, bytes: &[u8]) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(mode);
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, path, bytes)
}
