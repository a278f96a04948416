//! The software bill of materials of an image, as an SPDX document (version 2.3).

use crate::blob::sha256;
use crate::epoch::Epoch;
use crate::image::Image;
use crate::metadata::{Built, Project};
use crate::purl;
use crate::sbom::NOT_SHIPPED;
use anyhow::Result;
use oci_spec::distribution::Reference;
use serde_json::{Value, json};

/// The identifiers of the elements.
const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const IMAGE: &str = "SPDXRef-Image";
const PROGRAM: &str = "SPDXRef-Program";

/// What the document does not claim to know.
const UNKNOWN: &str = "NOASSERTION";

/// Returns the document for `image`, whose only file is this program.
///
/// The program is a package, not a file: SPDX demands SHA-1 of files.
pub fn describe(
    project: &Project,
    built: &Built,
    image: &Image,
    reference: &Reference,
    created: Epoch,
) -> Result<Vec<u8>> {
    let Built { program, bytes, libraries, .. } = built;
    let digest = image.manifest.digest();
    let arch = image.platform.arch.to_string();
    let license = project.license.as_str();
    let mut packages = vec![
        package(IMAGE, &program.name, &project.version, "CONTAINER", license)
            .with("checksums", sha256_of(digest.trim_start_matches("sha256:")))
            .with("externalRefs", named(&purl::of_image(program, &digest, reference, Some(&arch)))),
        package(PROGRAM, &program.name, &project.version, "APPLICATION", license)
            .with("packageFileName", json!(format!("/{}", program.name)))
            .with("summary", json!(program.description))
            .with("checksums", sha256_of(&sha256(bytes)))
            .with("externalRefs", named(&purl::of_program(project, program))),
    ];
    let mut relationships = vec![relationship(DOCUMENT, "DESCRIBES", IMAGE), relationship(IMAGE, "CONTAINS", PROGRAM)];
    for library in libraries {
        // Other characters are not allowed in an identifier.
        let id = format!("SPDXRef-Library-{}-{}", library.name, library.version).replace(|c: char| !is_of_id(c), "-");
        let license = library.license.as_deref().unwrap_or(UNKNOWN);
        let mut described = package(&id, &library.name, &library.version, "LIBRARY", license)
            .with("externalRefs", named(&library.purl));
        if let Some(checksum) = &library.checksum {
            described = described.with("checksums", sha256_of(checksum));
        }
        if library.is_shipped {
            relationships.push(relationship(PROGRAM, "CONTAINS", &id));
        } else {
            described = described.with("comment", json!(NOT_SHIPPED));
            relationships.push(relationship(&id, "BUILD_DEPENDENCY_OF", PROGRAM));
        }
        packages.push(described);
    }
    let document = json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": DOCUMENT,
        "name": format!("{} {} for {}", program.name, project.version, image.platform),
        // It names this document alone, and leads nowhere.
        "documentNamespace": format!("https://{}/{}/{digest}/spdx", reference.registry(), reference.repository()),
        "creationInfo": {"created": created.to_string(), "creators": ["Tool: pause-image"]},
        "packages": packages.into_iter().map(|Package(value)| value).collect::<Vec<_>>(),
        "relationships": relationships,
    });
    let mut text = serde_json::to_vec_pretty(&document)?;
    text.push(b'\n');
    Ok(text)
}

fn is_of_id(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '-')
}

/// A package of the document.
struct Package(Value);

impl Package {
    fn with(mut self, field: &str, value: Value) -> Self {
        self.0[field] = value;
        self
    }
}

fn package(id: &str, name: &str, version: &str, purpose: &str, license: &str) -> Package {
    Package(json!({
        "SPDXID": id,
        "name": name,
        "versionInfo": version,
        "primaryPackagePurpose": purpose,
        "downloadLocation": UNKNOWN,
        "filesAnalyzed": false,
        "licenseConcluded": license,
        "licenseDeclared": license,
        "copyrightText": UNKNOWN,
    }))
}

fn sha256_of(digits: &str) -> Value {
    json!([{"algorithm": "SHA256", "checksumValue": digits}])
}

fn named(purl: &str) -> Value {
    json!([{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}])
}

fn relationship(from: &str, kind: &str, to: &str) -> Value {
    json!({"spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to})
}
