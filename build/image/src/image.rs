//! Images: configuration and manifest for each platform, and the index of all platforms.

use crate::blob::Blob;
use crate::epoch::Epoch;
use crate::layer::Layer;
use crate::metadata::{Program, Project};
use crate::platforms::Platform;
use anyhow::Result;
use oci_spec::distribution::Reference;
use oci_spec::image::{
    ConfigBuilder, Descriptor, HistoryBuilder, ImageConfigurationBuilder, ImageIndexBuilder, ImageManifestBuilder,
    MediaType, Os, RootFsBuilder,
};
use std::iter;

/// A user and group that own no file on any system. The upstream image uses the same.
const USER: &str = "65535:65535";

/// The licence of the files. Its full text would be longer than the rest of the image.
const LICENSE_NOTICE: &str = "Licensed under the Apache License, Version 2.0 (Apache-2.0). \
    The text is at https://www.apache.org/licenses/LICENSE-2.0. \
    It comes without warranties or conditions of any kind.";

/// The image of one platform.
pub struct Image {
    /// The platform.
    pub platform: Platform,
    /// The compressed layer.
    pub layer: Blob,
    /// The configuration.
    pub config: Blob,
    /// The manifest.
    pub manifest: Blob,
}

impl Image {
    /// An image of this layer that starts `/<program's name>` with `arguments`.
    ///
    /// The arguments are part of the entrypoint: the command of a pod is appended to them and does not replace them.
    pub fn new(
        project: &Project,
        program: &Program,
        platform: Platform,
        layer: &Layer,
        arguments: &[&str],
        created: Epoch,
    ) -> Result<Self> {
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        let process = ConfigBuilder::default()
            .user(USER)
            .entrypoint(iter::once(format!("/{}", program.name)).chain(arguments).collect::<Vec<_>>())
            .labels(project.labels(program))
            .build()?;
        let files = RootFsBuilder::default().typ("layers").diff_ids([layer.diff_id.clone()]).build()?;
        // One entry for the layer, as tools expect it; `docker history` shows the comment.
        let history = HistoryBuilder::default()
            .created(created.to_string())
            .created_by(format!("{} {}", program.name, project.version))
            .comment(LICENSE_NOTICE)
            .build()?;
        let config = ImageConfigurationBuilder::default()
            .history([history])
            .created(created.to_string())
            .os(Os::Linux)
            .architecture(platform.arch.clone())
            .config(process)
            .rootfs(files);
        let config = match &platform.variant {
            Some(variant) => config.variant(variant.as_str()),
            None => config,
        };
        let config = Blob::json(MediaType::ImageConfig, &config.build()?)?;

        let layer = layer.blob.clone();
        let manifest = ImageManifestBuilder::default()
            .schema_version(2_u32)
            .media_type(MediaType::ImageManifest)
            .config(config.descriptor())
            .layers([layer.descriptor()])
            .annotations(project.annotations(program, created))
            .build()?;
        let manifest = Blob::json(MediaType::ImageManifest, &manifest)?;
        Ok(Self { platform, layer, config, manifest })
    }

    /// All blobs that a node of its platform pulls.
    pub fn blobs(&self) -> impl Iterator<Item = &Blob> {
        [&self.layer, &self.config, &self.manifest].into_iter()
    }

    fn descriptor(&self) -> Result<Descriptor> {
        let mut descriptor = self.manifest.descriptor();
        descriptor.set_platform(Some(self.platform.in_descriptor()?));
        Ok(descriptor)
    }
}

/// The images of all platforms, under one name.
pub struct Index {
    /// The name and tag.
    pub reference: Reference,
    /// The images, one for each platform.
    pub images: Vec<Image>,
    /// The index itself.
    pub blob: Blob,
}

impl Index {
    /// Returns the index of these images.
    pub fn new(
        reference: Reference,
        project: &Project,
        program: &Program,
        images: Vec<Image>,
        created: Epoch,
    ) -> Result<Self> {
        let index = ImageIndexBuilder::default()
            .schema_version(2_u32)
            .media_type(MediaType::ImageIndex)
            .manifests(images.iter().map(Image::descriptor).collect::<Result<Vec<_>>>()?)
            .annotations(project.annotations(program, created))
            .build()?;
        Ok(Self { reference, images, blob: Blob::json(MediaType::ImageIndex, &index)? })
    }
}
