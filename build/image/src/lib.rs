//! The parts of `image`. The benchmark uses them too, to assemble images of other programs.
//!
//! | module        | its one job                                                            |
//! | ------------- | ---------------------------------------------------------------------- |
//! | [`metadata`]  | name, version, licence and labels of the project                       |
//! | [`library`]   | the libraries that a program contains, or that its build uses          |
//! | [`epoch`]     | the time stamp of everything in the image                              |
//! | [`platforms`] | the table of platforms, and the ELF machine of each                    |
//! | [`binary`]    | reads and checks a compiled binary                                     |
//! | [`blob`]      | bytes that are addressed by their digest                               |
//! | [`layer`]     | files as a compressed layer                                            |
//! | [`image`]     | configuration and manifest of each platform, and the index of all      |
//! | [`archive`]   | one file that every tool can load                                      |
//! | [`sbom`]      | the software bill of materials of an image, in CycloneDX               |
//! | [`spdx`]      | the same in SPDX                                                       |
//! | [`vex`]       | which vulnerabilities an image does not have                           |
//! | [`reference`] | the names of the images                                                |
//! | [`purl`]      | the package URLs by which these documents name things                  |
//! | [`output`]    | writes files atomically, and the list of their checksums               |
#![deny(missing_docs)]

pub mod archive;
pub mod binary;
pub mod blob;
pub mod epoch;
pub mod image;
pub mod layer;
pub mod library;
pub mod metadata;
pub mod output;
pub mod platforms;
pub mod purl;
pub mod reference;
pub mod sbom;
pub mod spdx;
pub mod vex;
