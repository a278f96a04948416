//! The layers of `src/` hold: arrows point one way, and only `src/sys` knows architectures and is unsafe.

use std::fs;
use std::path::{Path, PathBuf};

/// A layer of `src/`, and the layers that it may use.
const LAYERS: [(&str, &[&str]); 4] =
    [("bin", &["pause", "init", "sys"]), ("pause", &["pause", "sys"]), ("init", &["init", "sys"]), ("sys", &["sys"])];

/// The Rust files under a folder of the project, and what is in them.
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

/// The layers that a line uses by `crate::`, or a program by `pause::`.
fn used(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split("//").next().unwrap_or_default();
    let paths = code.split("crate::").skip(1).chain(code.split(" pause::").skip(1));
    paths.map(|path| path.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())
}

#[test]
fn no_arrow_points_back() {
    let mut arrows = 0;
    for (layer, may_use) in LAYERS {
        for (file, source) in sources(&format!("src/{layer}")) {
            for line in source.lines() {
                for name in used(line).filter(|name| LAYERS.iter().any(|(layer, _)| layer == name)) {
                    assert!(may_use.contains(&name), "{} uses {name}: {line}", file.display());
                    arrows += usize::from(name != layer);
                }
            }
        }
    }
    assert!(arrows > 20, "the control: only {arrows} arrows were found");
}

#[test]
fn only_sys_asks_for_an_architecture() {
    let mentions = |folder: &str| {
        sources(folder).into_iter().filter(|(_, source)| source.contains("target_arch")).map(|(file, _)| file).collect()
    };
    let everywhere: Vec<PathBuf> =
        ["src", "build"].iter().flat_map(|folder| -> Vec<PathBuf> { mentions(folder) }).collect();
    let mut names: Vec<String> = everywhere
        .iter()
        .map(|file| file.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("a file of the project").display().to_string())
        .collect();
    names.sort();
    assert_eq!(names, ["src/sys/arch/mod.rs", "src/sys/mod.rs"]); // the former tells how to add a file
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
            // The reason stands above the statement, which may begin a few lines before.
            let above = &lines[at.saturating_sub(8)..at];
            let says_why = above.iter().any(|line| line.contains("SAFETY:") || line.contains("/// # Safety"));
            assert!(says_why, "{}:{}: {line}", file.display(), at + 1);
        }
    }
    assert!(blocks > 30, "the control: only {blocks} blocks were found");
}
