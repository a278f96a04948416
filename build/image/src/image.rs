//! The image of one platform: its configuration and its manifest.

use crate::Result;
use crate::blob::Blob;
use crate::epoch::Epoch;
use crate::layer::Layer;
use crate::platforms::Platform;
use crate::project::Project;
use oci_spec::image::{
    ConfigBuilder, Descriptor, HistoryBuilder, ImageConfigurationBuilder, ImageManifestBuilder, MediaType, Os,
    RootFsBuilder,
};
use std::iter;

/// Nobody: a user that owns nothing, on no system. The upstream image has the same.
const USER: &str = "65535:65535";

/// On what terms the files may be used. The whole text is longer than all the rest of the image together.
const LICENSE_NOTICE: &str = "Licensed under the Apache License, Version 2.0 (Apache-2.0). \
    The text is at https://www.apache.org/licenses/LICENSE-2.0. \
    It comes without warranties or conditions of any kind.";

/// An image, as a list of blobs.
pub struct Image {
    pub platform: Platform,
    pub layers: Vec<Blob>,
    pub config: Blob,
    pub manifest: Blob,
}

impl Image {
    /// An image of these layers that starts the project's program, which one of them has in its root, with `arguments`.
    ///
    /// They are part of the entrypoint: what a runtime or a pod gives as the command comes after them, not in their place.
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
        // One entry for each layer, as tools expect it; `docker history` shows the comment beside it.
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

    /// All that a node of its platform fetches.
    pub fn blobs(&self) -> impl Iterator<Item = &Blob> {
        self.layers.iter().chain([&self.config, &self.manifest])
    }

    /// What an index refers to it by.
    pub fn descriptor(&self) -> Result<Descriptor> {
        let mut descriptor = self.manifest.descriptor();
        descriptor.set_platform(Some(self.platform.in_descriptor()?));
        Ok(descriptor)
    }
}
