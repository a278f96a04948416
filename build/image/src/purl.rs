//! Package URLs, by which SBOMs and statements about vulnerabilities name what they are about.

use crate::metadata::{Program, Project};
use oci_spec::distribution::Reference;

/// An image of `program` with this digest, for one architecture or, as an index, for all.
// github.com/package-url/purl-spec: in the type `oci` the version is the digest, and the registry a qualifier.
pub fn of_image(program: &Program, digest: &str, reference: &Reference, arch: Option<&str>) -> String {
    format!(
        "pkg:oci/{}@{}?{}repository_url={}/{}",
        program.name,
        digest.replace(':', "%3A"),
        arch.map(|arch| format!("arch={arch}&")).unwrap_or_default(),
        reference.registry(),
        reference.repository(),
    )
}

/// A program of the project.
pub fn of_program(project: &Project, program: &Program) -> String {
    format!("pkg:generic/{}@{}", program.name, project.version)
}

/// A crate.
pub fn of_crate(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{version}")
}
