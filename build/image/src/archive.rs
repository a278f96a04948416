//! One file that every tool can load: both an OCI image layout and an archive like the ones of `docker save`.
//!
//! Tools that know image layouts read `oci-layout` and `index.json`, which list every platform. Older Docker engines
//! read `manifest.json`, which can only list an image of one platform. Both refer to the same blobs.

use crate::blob::Blob;
use crate::epoch::Epoch;
use crate::image::Index;
use crate::layer::append;
use anyhow::Result;
use oci_spec::image::{ANNOTATION_REF_NAME, Descriptor, ImageIndexBuilder, MediaType, OciLayoutBuilder};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::iter;

/// The annotation from which containerd (and so kind and k3s) and podman read an image's full name.
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

/// Returns an archive of one index, under its name. Podman rejects image layouts of more than one.
pub fn assemble(index: &Index, created: Epoch) -> Result<Vec<u8>> {
    let layout = OciLayoutBuilder::default().image_layout_version("1.0.0").build()?;
    let top = ImageIndexBuilder::default()
        .schema_version(2_u32)
        .media_type(MediaType::ImageIndex)
        .manifests([named(index)])
        .build()?;
    let docker: Vec<DockerImage> = docker_image(index).into_iter().collect();

    let mut archive = tar::Builder::new(Vec::new());
    for (path, document) in [
        ("oci-layout", serde_json::to_value(layout)?),
        ("index.json", serde_json::to_value(top)?),
        ("manifest.json", serde_json::to_value(docker)?),
    ] {
        append(&mut archive, path, 0o644, &Blob::json(MediaType::Other(String::new()), &document)?.bytes, created)?;
    }
    let blobs = iter::once(&index.blob).chain(index.images.iter().flat_map(|image| image.blobs()));
    // By path, because images may share blobs.
    for (path, blob) in blobs.map(|blob| (blob.path(), blob)).collect::<BTreeMap<_, _>>() {
        append(&mut archive, &path, 0o644, &blob.bytes, created)?;
    }
    Ok(archive.into_inner()?)
}

/// The descriptor of an index, annotated with its name: the full name for containerd, and the tag as the specification
/// has it.
fn named(index: &Index) -> Descriptor {
    let mut descriptor = index.blob.descriptor();
    let mut names = HashMap::from([(CONTAINERD_NAME.to_owned(), index.reference.whole())]);
    names.extend(index.reference.tag().map(|tag| (ANNOTATION_REF_NAME.to_owned(), tag.to_owned())));
    descriptor.set_annotations(Some(names));
    descriptor
}

/// The image for tools that know one platform only: this machine's, or the first one.
fn docker_image(index: &Index) -> Option<DockerImage> {
    let image = index.images.iter().find(|image| image.platform.is_this_machine()).or(index.images.first())?;
    Some(DockerImage {
        config: image.config.path(),
        repo_tags: vec![index.reference.whole()],
        layers: vec![image.layer.path()],
    })
}
