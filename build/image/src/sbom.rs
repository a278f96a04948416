//! The software bill of materials of an image, as a CycloneDX document. Its scope `excluded` says what libraries are that only
//! the build uses: not shipped.

use crate::blob::sha256;
use crate::epoch::Epoch;
use crate::image::Image;
use crate::library::Library;
use crate::metadata::{Built, Project};
use crate::purl;
use anyhow::Result;
use cyclonedx_bom::external_models::normalized_string::NormalizedString;
use cyclonedx_bom::external_models::uri::Purl;
use cyclonedx_bom::models::bom::{Bom, SpecVersion};
use cyclonedx_bom::models::component::{Classification, Component, Components, Scope};
use cyclonedx_bom::models::dependency::{Dependencies, Dependency};
use cyclonedx_bom::models::hash::{Hash, HashAlgorithm, HashValue, Hashes};
use cyclonedx_bom::models::license::{LicenseChoice, Licenses};
use cyclonedx_bom::models::metadata::Metadata;
use oci_spec::distribution::Reference;
use std::str::FromStr;

/// What is said of a library that only the build uses.
pub const NOT_SHIPPED: &str = "numbers and types at build time; none of its code is shipped";

/// Returns the document for `image`, whose only file is this program.
pub fn describe(
    project: &Project,
    built: &Built,
    image: &Image,
    reference: &Reference,
    created: Epoch,
) -> Result<Vec<u8>> {
    let Built { program, bytes, libraries, .. } = built;
    let arch = image.platform.arch.to_string();
    let purl_of_image = purl::of_image(program, &image.manifest.digest(), reference, Some(&arch));
    let mut container = component(Classification::Container, &program.name, &project.version, &purl_of_image);
    container.description = Some(NormalizedString::new(&format!("the image for {}", image.platform)));
    container.licenses = licenses(project);

    // The application, which consists of one file.
    let purl_of_program = purl::of_program(project, program);
    let mut file = Component::new(Classification::File, &format!("/{}", program.name), &project.version, None);
    file.hashes = hashes(sha256(bytes));
    let mut application = component(Classification::Application, &program.name, &project.version, &purl_of_program);
    application.description = Some(NormalizedString::new(&program.description));
    application.licenses = licenses(project);
    application.components = Some(Components(vec![file]));

    let mut components = vec![application];
    components.extend(libraries.iter().map(of_library));
    let used = libraries.iter().map(|library| library.purl.clone()).collect();
    let mut dependencies =
        vec![depends(&purl_of_image, vec![purl_of_program.clone()]), depends(&purl_of_program, used)];
    dependencies.extend(libraries.iter().map(|library| depends(&library.purl, Vec::new())));

    let bom = Bom {
        version: 1,
        serial_number: None, // it would have to be random, and builds are reproducible
        metadata: Some(Metadata {
            timestamp: Some(created.to_string().try_into()?),
            component: Some(container),
            ..Metadata::default()
        }),
        components: Some(Components(components)),
        dependencies: Some(Dependencies(dependencies)),
        spec_version: SpecVersion::V1_5,
        ..Bom::default()
    };
    let mut document = Vec::new();
    bom.output_as_json(&mut document, SpecVersion::V1_5)?;
    document.push(b'\n');
    Ok(document)
}

fn of_library(library: &Library) -> Component {
    let mut component = component(Classification::Library, &library.name, &library.version, &library.purl);
    if library.is_shipped {
        component.scope = Some(Scope::Required);
    } else {
        component.description = Some(NormalizedString::new(NOT_SHIPPED));
        component.scope = Some(Scope::Excluded);
    }
    component.licenses = library.license.as_deref().map(|license| Licenses(vec![LicenseChoice::expression(license)]));
    component.hashes = library.checksum.clone().and_then(hashes);
    component
}

/// A component whose package URL is also its identifier within the document.
fn component(kind: Classification, name: &str, version: &str, purl: &str) -> Component {
    let mut component = Component::new(kind, name, version, Some(purl.to_owned()));
    component.purl = Purl::from_str(purl).ok();
    component
}

fn depends(purl: &str, on: Vec<String>) -> Dependency {
    Dependency { dependency_ref: purl.to_owned(), dependencies: on }
}

fn licenses(project: &Project) -> Option<Licenses> {
    Some(Licenses(vec![LicenseChoice::expression(&project.license)]))
}

fn hashes(sha256: String) -> Option<Hashes> {
    Some(Hashes(vec![Hash { alg: HashAlgorithm::SHA_256, content: HashValue(sha256) }]))
}
