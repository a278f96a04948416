//! The rules of the house: each layer of `src/` uses only the layers below it, only `src/sys` depends on the architecture,
//! each `unsafe` block has a reason, and files are short.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A layer of `src/`, and the layers that it may use.
const LAYERS: [(&str, &[&str]); 4] =
    [("bin", &["pause", "init", "sys"]), ("pause", &["pause", "sys"]), ("init", &["init", "sys"]), ("sys", &["sys"])];

/// The Rust files under a folder of the project, each with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut sources = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the project") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = fs::read_to_string(&path).expect("it can be read");
                sources.push((path, source));
            }
        }
    }
    assert!(!sources.is_empty(), "{folder} has no sources");
    sources
}

/// The layers that a line uses by `crate::` or, in a program, by `pause::`.
fn used(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split("//").next().unwrap_or_default();
    let paths = code.split("crate::").skip(1).chain(code.split(" pause::").skip(1));
    paths.map(|path| path.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())
}

#[test]
fn each_layer_uses_only_the_layers_below_it() {
    let mut uses = 0;
    for (layer, may_use) in LAYERS {
        for (file, source) in sources(&format!("src/{layer}")) {
            for line in source.lines() {
                for name in used(line).filter(|name| LAYERS.iter().any(|(layer, _)| layer == name)) {
                    assert!(may_use.contains(&name), "{} uses {name}: {line}", file.display());
                    uses += usize::from(name != layer);
                }
            }
        }
    }
    assert!(uses > 20, "the control: only {uses} uses were found");
}

#[test]
fn only_sys_asks_for_an_architecture() {
    let all = ["src", "build"].into_iter().flat_map(sources);
    let asking = all.filter(|(_, source)| source.contains("target_arch"));
    let asking: BTreeSet<PathBuf> = asking.map(|(file, _)| file).collect();
    let allowed = ["src/sys/arch/mod.rs", "src/sys/mod.rs"]; // the former says how to add an architecture
    assert_eq!(asking, allowed.map(|file| Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).into());
}

#[test]
fn every_unsafe_block_says_why_it_is_safe() {
    let mut blocks = 0;
    for (file, source) in sources("src") {
        let lines: Vec<&str> = source.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if !code.contains("unsafe {") {
                continue;
            }
            blocks += 1;
            // The reason is above the statement, which may begin a few lines above the block.
            let above = &lines[at.saturating_sub(8)..at];
            let says_why = above.iter().any(|line| line.contains("SAFETY:") || line.contains("/// # Safety"));
            assert!(says_why, "{}:{}: {line}", file.display(), at + 1);
        }
    }
    assert!(blocks > 30, "the control: only {blocks} blocks were found");
}

#[test]
fn files_are_short() {
    let folders = ["src", "build", "oci-init", "init-nri", "zombies", "tests", "benches", "examples"];
    let all = folders.into_iter().flat_map(sources);
    let long: Vec<_> = all.filter(|(_, source)| source.lines().count() > 250).map(|(file, _)| file).collect();
    assert!(long.len() <= 2, "more than 250 lines each, and at most two such files are allowed: {long:?}");
}
