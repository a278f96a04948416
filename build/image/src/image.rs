//! Images: configuration and manifest for each platform, and the index of all platforms.

use crate::blob::Blob;
use crate::epoch::Epoch;
use crate::layer::Layer;
use crate::metadata::Project;
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
    /// The compressed layers.
    pub layers: Vec<Blob>,
    /// The configuration.
    pub config: Blob,
    /// The manifest.
    pub manifest: Blob,
}

impl Image {
    /// An image of these layers that starts `/<project's name>` with `arguments`.
    ///
    /// The arguments are part of the entrypoint: the command of a pod is appended to them and does not replace them.
    pub fn new(
        project: &Project,
        platform: Platform,
        layers: &[Layer],
        arguments: &[&str],
        created: Epoch,
    ) -> Result<Self> {
        let program = format!("/{}", project.name);
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        let process = ConfigBuilder::default()
            .user(USER)
            .entrypoint(iter::once(program).chain(arguments).collect::<Vec<_>>())
            .labels(project.labels())
            .build()?;
        let files = RootFsBuilder::default()
            .typ("layers")
            .diff_ids(layers.iter().map(|layer| layer.diff_id.clone()).collect::<Vec<_>>())
            .build()?;
        // One entry for each layer, as tools expect it; `docker history` shows the comment.
        let layer = HistoryBuilder::default()
            .created(created.to_string())
            .created_by(format!("{} {}", project.name, project.version))
            .comment(LICENSE_NOTICE)
            .build()?;
        let config = ImageConfigurationBuilder::default()
            .history(vec![layer; layers.len()])
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

        let layers: Vec<Blob> = layers.iter().map(|layer| layer.blob.clone()).collect();
        let manifest = ImageManifestBuilder::default()
            .schema_version(2_u32)
            .media_type(MediaType::ImageManifest)
            .config(config.descriptor())
            .layers(layers.iter().map(Blob::descriptor).collect::<Vec<_>>())
            .annotations(project.annotations(created))
            .build()?;
        let manifest = Blob::json(MediaType::ImageManifest, &manifest)?;
        Ok(Self { platform, layers, config, manifest })
    }

    /// All blobs that a node of its platform pulls.
    pub fn blobs(&self) -> impl Iterator<Item = &Blob> {
        self.layers.iter().chain([&self.config, &self.manifest])
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
    pub fn new(reference: Reference, project: &Project, images: Vec<Image>, created: Epoch) -> Result<Self> {
        let index = ImageIndexBuilder::default()
            .schema_version(2_u32)
            .media_type(MediaType::ImageIndex)
            .manifests(images.iter().map(Image::descriptor).collect::<Result<Vec<_>>>()?)
            .annotations(project.annotations(created))
            .build()?;
        Ok(Self { reference, images, blob: Blob::json(MediaType::ImageIndex, &index)? })
    }
}
