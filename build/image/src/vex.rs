//! Which vulnerabilities an image does not have, though its kind suggests them: an OpenVEX document.

use crate::epoch::Epoch;
use crate::image::Index;
use crate::metadata::{Kind, Program, Project};
use crate::purl;
use anyhow::Result;
use serde_json::{Value, json};

/// A vulnerability, why the image does not have it, in the words of OpenVEX, and the same in a sentence.
type Statement = (&'static str, &'static str, &'static str);

const NO_COMPONENT: &str = "component_not_present";
const NO_CODE: &str = "vulnerable_code_not_present";

/// Vulnerabilities that auditors look for in a program that was written in Rust, or that is linked statically. None of the
/// parts that they are in is in pause and init.
const OF_FREESTANDING: [Statement; 4] = [
    (
        "CVE-2022-21658",
        NO_COMPONENT,
        "a race in std::fs::remove_dir_all of Rust's standard library; the programs do not contain that library",
    ),
    (
        "CVE-2024-24576",
        NO_COMPONENT,
        "std::process::Command on Windows; the programs do not contain Rust's standard library",
    ),
    (
        "CVE-2023-4911",
        NO_COMPONENT,
        "the dynamic loader of the GNU C library; the programs contain no C library, and load nothing",
    ),
    ("CVE-2025-26519", NO_COMPONENT, "iconv of the C library musl; the programs contain no C library"),
];

/// The same for a program with Rust's standard library and the C library musl.
const OF_HOSTED: [Statement; 4] = [
    (
        "CVE-2022-21658",
        NO_CODE,
        "a race in std::fs::remove_dir_all of Rust's standard library before 1.58.1; this one is newer",
    ),
    ("CVE-2024-24576", NO_CODE, "std::process::Command on Windows; the program is for Linux"),
    ("CVE-2023-4911", NO_COMPONENT, "the dynamic loader of the GNU C library; the program contains neither"),
    (
        "CVE-2025-26519",
        NO_CODE,
        "iconv of the C library musl; the program does not call it, so the linker has left it out",
    ),
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
    let statement = |(name, justification, reason): &Statement| {
        json!({
            "vulnerability": {"name": name},
            "products": products,
            "status": "not_affected",
            "justification": justification,
            "impact_statement": reason,
        })
    };
    let statements = match project.kind {
        Kind::Freestanding => &OF_FREESTANDING,
        Kind::Hosted => &OF_HOSTED,
    };
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        // It names this document alone, and leads nowhere.
        "@id": format!("https://{}/{}/{digest}/openvex", reference.registry(), reference.repository()),
        "author": "the developers of pause",
        "timestamp": created.to_string(),
        "version": 1,
        "statements": statements.iter().map(statement).collect::<Vec<_>>(),
    });
    let mut text = serde_json::to_vec_pretty(&document)?;
    text.push(b'\n');
    Ok(text)
}
