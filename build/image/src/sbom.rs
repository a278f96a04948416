//! The software bill of materials of an image, as a CycloneDX document.
//!
//! CycloneDX, because its scope `excluded` describes the crates exactly: used by the build, and not shipped.

use crate::blob::sha256;
use crate::epoch::Epoch;
use crate::image::Image;
use crate::project::{Locked, Project};
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

/// Returns the document for `image`, whose files are `programs`, each a name and its bytes.
pub fn describe(
    project: &Project,
    image: &Image,
    programs: &[(&str, Vec<u8>)],
    reference: &Reference,
    created: Epoch,
) -> Result<Vec<u8>> {
    let digest = image.manifest.digest();
    // github.com/package-url/purl-spec: in the type `oci` the version is the digest, and the registry a qualifier.
    let name = format!(
        "pkg:oci/{}@{}?arch={}&repository_url={}/{}",
        project.name,
        digest.replace(':', "%3A"),
        image.platform.arch,
        reference.registry(),
        reference.repository(),
    );
    let mut container = component(Classification::Container, &project.name, &project.version, &name);
    container.description = Some(NormalizedString::new(&format!("the image for {}", image.platform)));
    container.licenses = licenses(project);

    let program = format!("pkg:generic/{}@{}", project.name, project.version);
    let file = |(name, bytes): &(&str, Vec<u8>)| {
        let mut file = Component::new(Classification::File, &format!("/{name}"), &project.version, None);
        file.hashes = hashes(sha256(bytes));
        file
    };
    let mut application = component(Classification::Application, &project.name, &project.version, &program);
    application.description = Some(NormalizedString::new(&project.description));
    application.licenses = licenses(project);
    application.components = Some(Components(programs.iter().map(file).collect()));

    let mut components = vec![application];
    components.extend(project.dependencies.iter().map(build_dependency));
    let leaves = project.dependencies.iter().map(|package| depends(&crate_name(package), Vec::new()));
    let of_program = project.dependencies.iter().map(crate_name).collect();
    let mut dependencies = vec![depends(&name, vec![program.clone()]), depends(&program, of_program)];
    dependencies.extend(leaves);

    let bom = Bom {
        version: 1,
        serial_number: None, // would have to be random
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

fn build_dependency(package: &Locked) -> Component {
    let mut component = component(Classification::Library, &package.name, &package.version, &crate_name(package));
    component.description = Some(NormalizedString::new("numbers and types at build time; none of its code is shipped"));
    component.scope = Some(Scope::Excluded);
    component.hashes = package.checksum.clone().and_then(hashes);
    component
}

fn crate_name(package: &Locked) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

/// A component whose package URL is also its identifier within the document.
fn component(kind: Classification, name: &str, version: &str, purl: &str) -> Component {
    let mut component = Component::new(kind, name, version, Some(purl.to_owned()));
    component.purl = Purl::from_str(purl).ok();
    component
}

fn depends(name: &str, on: Vec<String>) -> Dependency {
    Dependency { dependency_ref: name.to_owned(), dependencies: on }
}

fn licenses(project: &Project) -> Option<Licenses> {
    Some(Licenses(vec![LicenseChoice::expression(&project.license)]))
}

fn hashes(sha256: String) -> Option<Hashes> {
    Some(Hashes(vec![Hash { alg: HashAlgorithm::SHA_256, content: HashValue(sha256) }]))
}
