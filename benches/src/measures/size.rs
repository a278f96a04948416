//! The size of the program, and of an image with all files that the sandbox maps.

use crate::bench::Bench;
use crate::peers::Peer;
use crate::row::{Better, Row};
use anyhow::{Context, Result};
use image::image::Image;
use image::layer::Layer;
use image::metadata::Project;
use image::{epoch, platforms};
use nix::unistd::Pid;
use procfs::process::{MMapPath, Process};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use testkit::LoneProcess1;
use testkit::lone_process_1::{process_tree, settle};

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let file = bench.rounds("file", 1, |peer| Ok(fs::metadata(&peer.path)?.len()))?;
    let image = bench.rounds("image", 1, image_size)?;
    Ok(vec![
        file.row("file", "bytes", Better::Lower, |&bytes| bytes as f64),
        image.row("compressed image", "bytes", Better::Lower, |&bytes| bytes as f64),
    ])
}

/// The size of an image of this peer alone: layer, configuration and manifest.
fn image_size(peer: &Peer) -> Result<usize> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let platforms = platforms::read(&project.join("build/platforms.toml"))?;
    let here = platforms.into_iter().find(|platform| platform.is_this_machine());
    let created = epoch::from_environment()?;

    let running = LoneProcess1::start(&peer.sandbox(), None)?;
    settle(running.pid());
    let mut files = BTreeSet::new();
    for pid in process_tree(running.pid()) {
        files.extend(mapped(pid)?);
    }
    let contents = files.iter().map(fs::read).collect::<std::io::Result<Vec<_>>>()?;
    let names = files.iter().map(|file| name_in(&peer.path, file)).collect::<Vec<_>>();
    let programs: Vec<_> = names.iter().zip(&contents).map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let layer = Layer::of(&programs, created)?;
    let platform = here.context("build/platforms.toml lacks the platform of this machine")?;
    let project = Project::read(&project)?;
    let image = Image::new(&project, &project.programs[0], platform, &layer, &[], created)?;
    Ok(image.blobs().map(|blob| blob.bytes.len()).sum())
}

/// The files that a process maps: the program, the loader and libraries.
fn mapped(pid: Pid) -> Result<BTreeSet<PathBuf>> {
    let maps = Process::new(pid.as_raw())?.maps()?;
    Ok(maps
        .into_iter()
        .filter_map(|map| match map.pathname {
            MMapPath::Path(path) => Some(path),
            _ => None,
        })
        .collect())
}

/// Programs are in the root of the image, libraries where the loader looks for them.
fn name_in(program: &Path, file: &Path) -> String {
    // A heuristic: `/lib/…`, `/usr/lib/…` or `lib….so`.
    let is_library = file.components().any(|part| part.as_os_str().to_string_lossy().starts_with("lib"));
    let name = if file == program || !is_library { Path::new(file.file_name().expect("a file")) } else { file };
    name.display().to_string().trim_start_matches('/').to_owned()
}
