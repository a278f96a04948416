//! The table of platforms, as `image` reads it: refused in one sentence, or the same when what was read is written again.

use super::assert_one_line;
use image::platforms;

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    let file = super::file(bytes);
    let table = match platforms::read(file.path()) {
        Ok(table) => table,
        Err(error) => return assert_one_line(&error),
    };
    let row = |platform: &platforms::Platform| {
        let hosted = if platform.has_library { "hosted = \"x\"\n" } else { "" };
        format!("[[platform]]\nplatform = \"{platform}\"\n{hosted}")
    };
    let text = str::from_utf8(bytes).expect("TOML is UTF-8");
    let names: Vec<String> = table.iter().map(|platform| platform.to_string()).collect();
    assert!(names.iter().all(|name| name.starts_with("linux/")), "{names:?}");
    assert_eq!(platforms::select(&table, &names).expect("each is there"), table);
    assert!(!table.is_empty() && text.len() >= table.len());
    let written: String = table.iter().map(row).collect();
    let again = super::file(written.as_bytes());
    assert_eq!(platforms::read(again.path()).expect("it was written from a table"), table);
}
