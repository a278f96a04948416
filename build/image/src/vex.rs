//! Which vulnerabilities an image does not have, though its kind suggests them: an OpenVEX document.

use crate::epoch::Epoch;
use crate::image::Index;
use crate::metadata::{Program, Project};
use crate::purl;
use anyhow::Result;
use serde_json::{Value, json};

/// Vulnerabilities that auditors look for in a program that was written in Rust, or that is linked statically. None of the
/// parts that they are in is in the image.
const ABSENT: [(&str, &str); 4] = [
    (
        "CVE-2022-21658",
        "a race in std::fs::remove_dir_all of Rust's standard library; the programs do not contain that library",
    ),
    ("CVE-2024-24576", "std::process::Command on Windows; the programs do not contain Rust's standard library"),
    ("CVE-2023-4911", "the dynamic loader of the GNU C library; the programs contain no C library, and load nothing"),
    ("CVE-2025-26519", "iconv of the C library musl; the programs contain no C library"),
];

/// Returns the document for an index of images of `program`.
pub fn state(project: &Project, program: &Program, index: &Index, created: Epoch) -> Result<Vec<u8>> {
    let (digest, reference) = (index.blob.digest(), &index.reference);
    let images = index.images.iter().map(|image| {
        purl::of_image(program, &image.manifest.digest(), reference, Some(&image.platform.arch.to_string()))
    });
    let products: Vec<Value> = std::iter::once(purl::of_image(program, &digest, reference, None))
        .chain(images)
        .map(|purl| json!({"@id": purl, "subcomponents": [{"@id": purl::of_program(project, program)}]}))
        .collect();
    let statement = |(name, reason): &(&str, &str)| {
        json!({
            "vulnerability": {"name": name},
            "products": products,
            "status": "not_affected",
            "justification": "component_not_present",
            "impact_statement": reason,
        })
    };
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        // It names this document alone, and leads nowhere.
        "@id": format!("https://{}/{}/{digest}/openvex", reference.registry(), reference.repository()),
        "author": format!("the developers of {}", project.programs[0].name),
        "timestamp": created.to_string(),
        "version": 1,
        "statements": ABSENT.iter().map(statement).collect::<Vec<_>>(),
    });
    let mut text = serde_json::to_vec_pretty(&document)?;
    text.push(b'\n');
    Ok(text)
}
