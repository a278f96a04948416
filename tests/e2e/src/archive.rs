//! Writes an image of one program, as `docker save` would.

use crate::platform::Platform;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use tar::{Builder, EntryType, Header};

/// An image of this machine's platform.
pub struct Image<'a> {
    /// The name.
    pub reference: &'a str,
    /// The path of the program, without a slash before it, and its bytes.
    pub program: (&'a str, &'a [u8]),
    /// Links to it, in the same folder.
    pub links: &'a [&'a str],
    /// What its containers run: the part `config` of the configuration.
    pub config: Value,
}

impl Image<'_> {
    /// Writes it as the file `name` in a folder. Returns the path.
    #[track_caller]
    pub fn write(&self, folder: &Path, name: &str) -> String {
        fs::create_dir_all(folder).and_then(|()| self.try_to_write(folder, name)).expect("an archive can be written");
        folder.join(name).into_os_string().into_string().expect("a path in UTF-8")
    }

    fn try_to_write(&self, folder: &Path, name: &str) -> io::Result<()> {
        let (path, program) = self.program;
        let mut layer = Builder::new(Vec::new());
        append(&mut layer, path, 0o755, program)?;
        for link in self.links {
            let mut header = Header::new_ustar();
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            layer.append_link(&mut header, link, Path::new(path).file_name().expect("the name of a file"))?;
        }
        let layer = layer.into_inner()?;
        fs::write(folder.join("layer"), &layer)?;
        let digest = crate::project::output(crate::tool("sha256sum").arg(folder.join("layer")));
        let digest = String::from_utf8_lossy(&digest[..64]).into_owned();

        let config = json!({
            "architecture": Platform::own().part(1),
            "os": "linux",
            "config": self.config,
            "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{digest}")] },
        });
        let manifest = json!([{ "Config": "config.json", "RepoTags": [self.reference], "Layers": ["layer.tar"] }]);
        let mut archive = Builder::new(File::create(folder.join(name))?);
        append(&mut archive, "layer.tar", 0o644, &layer)?;
        append(&mut archive, "config.json", 0o644, config.to_string().as_bytes())?;
        append(&mut archive, "manifest.json", 0o644, manifest.to_string().as_bytes())?;
        archive.finish()
    }
}

fn append<W: io::Write>(archive: &mut Builder<W>, path: &str, mode: u32, bytes: &[u8]) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(mode);
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, path, bytes)
}
