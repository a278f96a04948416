//! The inputs that were worth keeping.

use std::fs;
use std::path::Path;

/// Returns the saved inputs of a target, by their names. What is not text is saved in hexadecimal digits.
///
/// # Panics
/// One of them cannot be read.
pub fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let input = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().expect("a plain name");
        let bytes = fs::read(entry.path()).expect("it can be read");
        if name.ends_with(".hex") { (name, decoded(&bytes)) } else { (name, bytes) }
    };
    files.map(|entry| input(entry.expect("it can be read"))).collect()
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(|pair| byte(pair).expect("hexadecimal digits")).collect()
}

/// Runs the targets on their saved inputs.
///
/// # Panics
/// A target has fewer than two of them, or does not pass.
pub fn run(targets: &[(&str, crate::Target)]) {
    for (target, fuzz) in targets {
        let inputs = inputs(target);
        assert!(inputs.len() > 1, "{target} has {} saved inputs", inputs.len());
        for (name, bytes) in inputs {
            println!("{target}/{name}"); // shown if it fails
            fuzz(&bytes);
        }
    }
}
