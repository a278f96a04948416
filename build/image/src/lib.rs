//! The parts of `image`, which the bench assembles the images of others with too.
//!
//! | module        | its one job                                                            |
//! | ------------- | ---------------------------------------------------------------------- |
//! | [`project`]   | what the project says of itself: name, version, licence, dependencies  |
//! | [`epoch`]     | when everything was made, as far as anybody is told                    |
//! | [`platforms`] | the table of platforms, and what an executable for each looks like     |
//! | [`binary`]    | a compiled binary, read and looked at before it is shipped             |
//! | [`blob`]      | bytes that are found by their digest                                   |
//! | [`layer`]     | files as a compressed layer                                            |
//! | [`image`]     | configuration and manifest of one platform                             |
//! | [`index`]     | the images of all platforms under one name                             |
//! | [`archive`]   | the one file that every tool can load                                  |
//! | [`sbom`]      | what an image is made of, for scanners                                 |
//! | [`output`]    | files that are written whole or not at all, and their checksums        |
//! | [`report`]    | the table that is printed                                              |

pub mod archive;
pub mod binary;
pub mod blob;
pub mod epoch;
pub mod image;
pub mod index;
pub mod layer;
pub mod output;
pub mod platforms;
pub mod project;
pub mod report;
pub mod sbom;

use std::error::Error;

/// What goes wrong here is told in one sentence, and another one that says what to do next.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;
