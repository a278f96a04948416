//! The images of all platforms under one name.

use crate::Result;
use crate::blob::Blob;
use crate::epoch::Epoch;
use crate::image::Image;
use crate::project::Project;
use oci_spec::distribution::Reference;
use oci_spec::image::{ImageIndexBuilder, MediaType};

/// An index, its images, and what it is called.
pub struct Index {
    pub reference: Reference,
    pub images: Vec<Image>,
    pub blob: Blob,
}

impl Index {
    pub fn new(reference: Reference, project: &Project, images: Vec<Image>, created: Epoch) -> Result<Self> {
        let index = ImageIndexBuilder::default()
            .schema_version(2_u32)
            .media_type(MediaType::ImageIndex)
            .manifests(images.iter().map(Image::descriptor).collect::<Result<Vec<_>>>()?)
            .annotations(project.annotations(created))
            .build()?;
        Ok(Self { reference, images, blob: Blob::json(MediaType::ImageIndex, &index)? })
    }

    /// The image that a tool gets who knows nothing of platforms: this machine's, or else the first one.
    pub fn image_of_this_machine(&self) -> Option<&Image> {
        self.images.iter().find(|image| image.platform.is_this_machine()).or(self.images.first())
    }
}
