//! The one file that every tool can load: an OCI image layout, and at once an archive as `docker save` writes it.
//!
//! Who knows image layouts reads `oci-layout` and `index.json` and finds every platform. Older Docker engines read
//! `manifest.json`, which can name an image of one platform only. Both lead to the same blobs.

use crate::Result;
use crate::blob::Blob;
use crate::epoch::Epoch;
use crate::index::Index;
use crate::layer::append;
use oci_spec::image::{ANNOTATION_REF_NAME, Descriptor, ImageIndexBuilder, MediaType, OciLayoutBuilder};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Where containerd, and so kind and k3s, and podman look for an image's whole name.
const CONTAINERD_NAME: &str = "io.containerd.image.name";

/// An entry of `manifest.json` (the Docker image specification, v1.2, "Combined Image JSON + Filesystem Changeset
/// Format").
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DockerImage {
    config: String,
    repo_tags: Vec<String>,
    layers: Vec<String>,
}

/// An archive of an index, under its name. Of one: podman takes nothing but that for an image layout.
pub fn assemble(index: &Index, created: Epoch) -> Result<Vec<u8>> {
    let layout = OciLayoutBuilder::default().image_layout_version("1.0.0").build()?;
    let top = ImageIndexBuilder::default()
        .schema_version(2_u32)
        .media_type(MediaType::ImageIndex)
        .manifests([named(index)])
        .build()?;
    let docker: Vec<DockerImage> = for_docker(index).into_iter().collect();

    let mut archive = tar::Builder::new(Vec::new());
    for (path, document) in [
        ("oci-layout", serde_json::to_value(layout)?),
        ("index.json", serde_json::to_value(top)?),
        ("manifest.json", serde_json::to_value(docker)?),
    ] {
        append(&mut archive, path, 0o644, &Blob::json(MediaType::Other(String::new()), &document)?.bytes, created)?;
    }
    let blobs = [&index.blob].into_iter().chain(index.images.iter().flat_map(|image| image.blobs()));
    // What several of them share is there once.
    let blobs: BTreeMap<String, &Blob> = blobs.map(|blob| (blob.path(), blob)).collect();
    for (path, blob) in blobs {
        append(&mut archive, &path, 0o644, &blob.bytes, created)?;
    }
    Ok(archive.into_inner()?)
}

/// The descriptor of an index, with its name as each tool looks for it: containerd wants all of it, and the
/// specification the tag alone.
fn named(index: &Index) -> Descriptor {
    let mut descriptor = index.blob.descriptor();
    let mut names = HashMap::from([(CONTAINERD_NAME.to_owned(), index.reference.whole())]);
    names.extend(index.reference.tag().map(|tag| (ANNOTATION_REF_NAME.to_owned(), tag.to_owned())));
    descriptor.set_annotations(Some(names));
    descriptor
}

fn for_docker(index: &Index) -> Option<DockerImage> {
    let image = index.image_of_this_machine()?;
    Some(DockerImage {
        config: image.config.path(),
        repo_tags: vec![index.reference.whole()],
        layers: image.layers.iter().map(Blob::path).collect(),
    })
}
