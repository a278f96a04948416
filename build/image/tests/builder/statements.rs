//! The documents about an image: SPDX says what is in it, OpenVEX which vulnerabilities are not. CycloneDX is in `outputs`.

use crate::layout::Layout;
use crate::project::{PLATFORMS, Project};
use serde_json::{Value, json};
use std::fs;

/// The names of the archives, each with its layout.
fn archives(project: &Project) -> [(&'static str, Layout); 3] {
    [
        ("pause-1.2.3", Layout::new(project)),
        ("pause-1.2.3-guard", Layout::guard(project)),
        ("init-1.2.3", Layout::init(project)),
    ]
}

fn read(project: &Project, name: &str) -> Value {
    serde_json::from_slice(&fs::read(project.path(name)).expect("the file was written")).expect("JSON")
}

fn with<'a>(list: &'a Value, field: &str, value: &str) -> &'a Value {
    let found = list.as_array().and_then(|all| all.iter().find(|one| one[field] == value));
    found.unwrap_or_else(|| panic!("no {field} {value} in {list:#}"))
}

#[test]
fn an_spdx_document_names_the_image_the_program_and_their_licence() {
    let project = Project::new();
    for (archive, layout) in archives(&project) {
        let (program, _) = archive.split_once('-').expect("a version");
        for (manifest, (platform, ..)) in layout.manifests().into_iter().zip(PLATFORMS) {
            let spdx = read(&project, &format!("dist/{archive}.{}.spdx.json", platform.replace('/', "-")));
            assert_eq!((&spdx["spdxVersion"], &spdx["dataLicense"]), (&json!("SPDX-2.3"), &json!("CC0-1.0")));
            let digest = manifest["digest"].as_str().expect("a digest");
            assert!(spdx["documentNamespace"].as_str().expect("a text").contains(digest), "it names this image");

            let image = with(&spdx["packages"], "primaryPackagePurpose", "CONTAINER");
            assert_eq!(image["checksums"][0]["checksumValue"], digest.trim_start_matches("sha256:"));
            let purl = image["externalRefs"][0]["referenceLocator"].as_str().expect("a text");
            assert!(purl.starts_with(&format!("pkg:oci/{program}@{}", digest.replace(':', "%3A"))), "{purl}");

            let application = with(&spdx["packages"], "primaryPackagePurpose", "APPLICATION");
            assert_eq!((&application["name"], &application["versionInfo"]), (&json!(program), &json!("1.2.3")));
            assert_eq!(application["licenseDeclared"], "Apache-2.0");
            let sum = application["checksums"][0]["checksumValue"].as_str().expect("a text");
            let list = fs::read_to_string(project.path("dist/SHA256SUMS")).expect("the list");
            assert!(list.contains(&format!("{sum}  binaries/{platform}/{program}\n")));

            let contains = with(&spdx["relationships"], "relationshipType", "CONTAINS");
            let ids = (&contains["spdxElementId"], &contains["relatedSpdxElement"]);
            assert_eq!(ids, (&image["SPDXID"], &application["SPDXID"]));
            let built_with = with(&spdx["relationships"], "relationshipType", "BUILD_DEPENDENCY_OF");
            assert_eq!(built_with["spdxElementId"], with(&spdx["packages"], "name", "libc")["SPDXID"]);
        }
    }
}

#[test]
fn an_openvex_document_names_every_image_of_its_archive() {
    let project = Project::new();
    for (archive, layout) in archives(&project) {
        let vex = read(&project, &format!("dist/{archive}.openvex.json"));
        assert_eq!(vex["@context"], "https://openvex.dev/ns/v0.2.0");
        let statements = vex["statements"].as_array().expect("a list");
        assert!(!statements.is_empty());
        for statement in statements {
            let verdict = (&statement["status"], &statement["justification"]);
            assert_eq!(verdict, (&json!("not_affected"), &json!("component_not_present")));
            let products = statement["products"].as_array().expect("a list");
            assert_eq!(products.len(), 1 + PLATFORMS.len(), "the index and its images");
            for manifest in layout.manifests() {
                let digest = manifest["digest"].as_str().expect("a digest").replace(':', "%3A");
                assert!(products.iter().any(|product| product["@id"].as_str().expect("a text").contains(&digest)));
            }
        }
    }
}
