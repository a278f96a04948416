//! The manifest of the project, as `image` reads it: refused in one sentence, or its texts are those of the file.

use super::assert_one_line;
use image::metadata::Project;
use std::fs;

/// A lock file with what the manifests of the saved inputs depend on.
const LOCK: &str = "[[package]]\nname = \"libc\"\nversion = \"0.2.0\"\n";

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    let folder = super::folder();
    fs::write(folder.path().join("Cargo.lock"), LOCK).expect("it can be written");
    fs::write(folder.path().join("Cargo.toml"), bytes).expect("it can be written");
    match Project::read(folder.path()) {
        Ok(project) => {
            let names: Vec<&str> = project.programs.iter().map(|program| program.name.as_str()).collect();
            assert_eq!(names.len(), 2);
            assert_eq!(names[1], "init");
            for program in &project.programs {
                let labels = project.labels(program);
                assert_eq!(labels["org.opencontainers.image.version"], project.version);
                assert_eq!(labels["org.opencontainers.image.title"], program.name);
            }
        }
        Err(error) => assert_one_line(&error),
    }
}
